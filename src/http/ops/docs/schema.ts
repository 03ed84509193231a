import { type JsonSchema, isSchema } from '../../contract/openapi.js';
import { html, prose, type Html } from '../../pages/html.js';

/** A string as it is, anything else as JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const REFERENCE = '#/components/schemas/';
/** The latest instant of a `Date`, in Unix seconds. */
const LATEST = 8_640_000_000_000;

/** The name of the schema that is referred to. */
export function nameOf(reference: string): string {
  return reference.slice(REFERENCE.length);
}

/** The type of a value in a few words, with links to named schemas. */
export function typeOf(schema: JsonSchema): Html {
  const { $ref, anyOf, type, items, enum: names, const: only, format, additionalProperties } = schema;
  if (typeof $ref === 'string') {
    const name = nameOf($ref);
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  if (Array.isArray(anyOf)) {
    return joined(anyOf.filter(isSchema).map(typeOf), ' or ');
  }
  if (only !== undefined) return html`<code>${JSON.stringify(only)}</code>`;
  if (Array.isArray(names))
    return joined(
      names.map((name) => html`<code>${String(name)}</code>`),
      ' or ',
    );
  if (type === 'array' && isSchema(items)) return html`array of ${typeOf(items)}`;
  if (type === 'object' && isSchema(additionalProperties) && Object.keys(additionalProperties).length > 0)
    return html`object of ${typeOf(additionalProperties)}`;
  const kinds = Array.isArray(type) ? type.map(String).join(' or ') : textOf(type ?? 'anything');
  const what = typeof format === 'string' ? `${kinds} (${format})` : kinds;
  return html`${what}${bounds(schema)}`;
}

function bounds({ minimum, maximum }: JsonSchema): string {
  const least = isBound(minimum) ? minimum : undefined;
  const most = isBound(maximum) ? maximum : undefined;
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return ` from ${least}`;
  return most === undefined ? '' : ` up to ${most}`;
}

/** Bounds of every instant of a `Date`, or of every safe integer, are not shown. */
function isBound(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) < LATEST;
}

function joined(parts: readonly Html[], by: string): Html {
  return html`${parts.map((part, at) => (at === 0 ? part : html`${by}${part}`))}`;
}

/** The fields of an object, or nothing. */
export function fieldsOf({ properties, required }: JsonSchema): readonly Html[] {
  if (!isSchema(properties)) return [];
  const always = Array.isArray(required) ? required : [];
  const fields = Object.entries(properties).filter((entry): entry is [string, JsonSchema] =>
    isSchema(entry[1]),
  );
  const areDescribed = fields.some(([, { description }]) => description !== undefined);
  return [
    html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Field</th>
            <th>Type</th>
            ${areDescribed ? html`<th>Description</th>` : ''}
          </tr>
        </thead>
        <tbody>
          ${fields.map(
            ([name, field]) =>
              html`<tr>
                <td>
                  <code>${name}</code>${always.includes(name) ? '' : html` <span class="dim">optional</span>`}
                </td>
                <td>${typeOf(field)}</td>
                ${areDescribed ? html`<td>${meaningOf(field)}</td>` : ''}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`,
  ];
}

export function meaningOf({ description }: JsonSchema): Html {
  return typeof description === 'string' ? prose(description) : html``;
}
