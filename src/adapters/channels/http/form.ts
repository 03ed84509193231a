/** The header of a body in the form of HTML's forms. */
export const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const;

export function formBody(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString();
}
