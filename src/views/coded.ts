import { z } from 'zod';

/** A text that stands for something; `read` answers undefined where it stands for nothing. */
export function coded<Value>(
  read: (text: string) => Value | undefined,
  problem: string,
): z.ZodType<Value, string> {
  return z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
}
