/** Path of one of the three calls, in origin or absolute form: its name, and whether it ends in `/goodbye`. */
const TARGET = /^(?:https?:\/\/[^/?#]*)?\/(heal|checkup|heart_rhythm)(?:\/[^/?#]+)?(\/goodbye)?\/?(?:[?#]|$)/;

/**
 * Whether a request is one of the three calls of the original (or a goodbye), whose errors are `{"error"}` and
 * nothing more. A method that the path does not have makes it none of them.
 */
export function isOriginalCall(method: string | undefined, url: string | undefined): boolean {
  const [target, name, goodbye] = TARGET.exec(url ?? '') ?? [];
  if (target === undefined) return false;
  if (goodbye !== undefined) return name === 'heal' && method === 'POST';
  return name === 'heal' ? method === 'PUT' || method === 'DELETE' : method === 'GET' || method === 'HEAD';
}

const PROBE = /^(?:https?:\/\/[^/?#]*)?\/(?:healthz|readyz)\/?(?:[?#]|$)/;

/** Whether the answer tells an orchestrator to leave the daemon alone: it is given under any load. */
export function isProbe(url: string | undefined): boolean {
  return PROBE.test(url ?? '');
}
