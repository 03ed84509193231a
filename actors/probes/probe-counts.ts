/** Counts of the probes of this process since it started. */
export class ProbeCounts {
  passed = 0;
  failed = 0;
}
