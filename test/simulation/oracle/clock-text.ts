/** The first value of the simulated monotonic clock. */
const BEGIN = 1_000_000;

/** A moment as text: minutes, seconds and milliseconds since the simulation began. */
export function clockOf(at: number): string {
  const milliseconds = Math.round(at - BEGIN);
  const minutes = Math.floor(milliseconds / 60_000);
  const seconds = ((milliseconds % 60_000) / 1000).toFixed(3).padStart(6, '0');
  return `${String(minutes)}:${seconds}`;
}
