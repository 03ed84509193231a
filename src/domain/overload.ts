/** `strained`: too many passes of the event loop take too long. `shedding`: requests are refused. */
export type Overload = 'strained' | 'shedding';
