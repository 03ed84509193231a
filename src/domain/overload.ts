/** `strained`: passes of the event loop go on taking too long. `shedding`: requests are turned away. */
export type Overload = 'strained' | 'shedding';
