declare const kind: unique symbol;

/** Any non-empty text of up to 255 bytes of UTF-8, but `.` and `..`, which no path can carry. */
export type NodeName = string & { readonly [kind]: 'node' };
