import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { EmittedNode } from '../../client/emitter/emitter.js';
import type { Probe } from '../../client/emitter/probes/probe.js';
import { parseAddress } from '../../client/emitter/probes/tcp.js';
import { parseNodeName } from '../../domain/node-name.js';
import { issuesIn } from '../../views/body-problems.js';
import { expectOneTiming, settingsWith } from '../../views/node-settings.js';

const name = z
  .string('must be a name')
  .refine((text) => parseNodeName(text) !== undefined, 'must be 1 to 255 bytes, and not "." or ".."');

const status = z
  .int('must be an HTTP status')
  .min(100, 'must be an HTTP status')
  .max(599, 'must be an HTTP status');

const http = z.strictObject({
  http: z
    .string()
    .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), 'must be an http or https URL'),
  status: z.union([status, z.array(status).min(1)], 'must be a status, or a list of them').optional(),
});
const tcp = z.strictObject({
  tcp: z
    .string('must be a host and a port, such as db-1:5432')
    .refine((text) => parseAddress(text) !== undefined, 'must be a host and a port, such as db-1:5432'),
});
const command = z.strictObject({
  command: z.union(
    [z.string().min(1), z.array(z.string()).min(1)],
    'must be a line for the shell, or a list of a program and its arguments',
  ),
  exit_code: z.int('must be an exit code').min(0).max(255).optional(),
});

const seconds = z
  .number('must be a number of seconds')
  .min(0.001, 'must be at least 0.001 seconds')
  .max(86_400, 'must be at most 86400 seconds');
const onProbeFailure = z.enum(['skip', 'report'], 'must be skip or report');

/** A file cannot pause nodes: its settings are sent again at every start. */
const { paused: _paused, ...settings } = settingsWith().shape;

const node = z
  .strictObject({
    ...settings,
    name,
    probe: z
      .unknown()
      .transform((value, context) => {
        const kind = kindOf(value);
        if (kind === undefined) {
          context.addIssue('must have one of http, tcp and command');
          return z.NEVER;
        }
        const read = kind.safeParse(value);
        if (read.success) return probeOf(read.data);
        for (const { path, message } of read.error.issues)
          context.addIssue({ code: 'custom', path, message });
        return z.NEVER;
      })
      .optional(),
    deadline: seconds.optional(),
    on_probe_failure: onProbeFailure.optional(),
  })
  .superRefine(expectOneTiming);

type Written = z.output<typeof http> | z.output<typeof tcp> | z.output<typeof command>;

function kindOf(value: unknown) {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('http' in value) return http;
  if ('tcp' in value) return tcp;
  return 'command' in value ? command : undefined;
}

function probeOf(written: Written): Probe {
  if (!('command' in written)) return 'http' in written ? withoutUndefined(written) : written;
  const { command: given, exit_code: exitCode } = written;
  return exitCode === undefined ? { command: given } : { command: given, exitCode };
}

function withoutUndefined({ http: url, status: expected }: z.output<typeof http>): Probe {
  return expected === undefined ? { http: url } : { http: url, status: expected };
}

/**
 * Reads a file of nodes, YAML or JSON: a list, or a list under `nodes`. A node is a name, or a map of `name`, `probe`,
 * `deadline`, `on_probe_failure`, and of the settings that `PUT /nodes/:name` takes.
 *
 * @returns the nodes, or all problems, a line each
 */
export function readNodes(
  path: string,
  text: string,
): readonly EmittedNode[] | { readonly problems: readonly string[] } {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0)
    return { problems: document.errors.map(({ message }) => `${path}: ${message.split('\n')[0] ?? ''}`) };
  const contents: unknown = document.toJS();
  const list = listIn(contents);
  if (list === undefined || list.length === 0)
    return { problems: [`${path}: must be a list of nodes, such as "- db-1"`] };
  const problems: string[] = [];
  const nodes = new Map<string, EmittedNode>();
  list.forEach((entry: unknown, index) => {
    const read = typeof entry === 'object' && entry !== null ? node.safeParse(entry) : name.safeParse(entry);
    if (!read.success) {
      const place = `nodes[${index}]`;
      problems.push(
        ...read.error.issues
          .flatMap(issuesIn)
          .map((issue) => `${path}: ${[place, ...issue.path].join('.')}: ${sentenceOf(issue)}`),
      );
      return;
    }
    const found = typeof read.data === 'string' ? { name: read.data } : nodeOf(read.data, chosenIn(entry));
    if (nodes.has(found.name))
      problems.push(`${path}: nodes[${index}]: ${found.name} is listed twice: remove one`);
    nodes.set(found.name, found);
  });
  return problems.length > 0 ? { problems } : [...nodes.values()];
}

function nodeOf(
  { name: called, probe, deadline, on_probe_failure, schedule }: z.output<typeof node>,
  chosen: EmittedNode['settings'],
): EmittedNode {
  const hasSchedule = schedule !== undefined && schedule !== null;
  return { name: called, probe, deadline, onProbeFailure: on_probe_failure, hasSchedule, settings: chosen };
}

/** The settings as they are written; they are sent unchanged. */
function chosenIn(entry: unknown): NonNullable<EmittedNode['settings']> {
  if (typeof entry !== 'object' || entry === null) return {};
  return Object.fromEntries(Object.entries(entry).filter(([key]) => Object.hasOwn(settings, key)));
}

function listIn(contents: unknown): readonly unknown[] | undefined {
  if (isList(contents)) return contents;
  if (typeof contents !== 'object' || contents === null || !('nodes' in contents)) return undefined;
  const { nodes, ...others } = contents;
  return isList(nodes) && Object.keys(others).length === 0 ? nodes : undefined;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? `unknown field ${issue.keys.join(', ')}` : issue.message;
}
