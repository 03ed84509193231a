import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import type { JsonSchema, OpenApiDocument, OperationObject } from '../../src/http/contract/openapi.js';

const FORMATS = { int64: { type: 'number' as const, validate: (value: number) => Number.isInteger(value) } };

/** A call of the document. */
export interface Documented {
  readonly method: string;
  readonly path: string;
  readonly operation: OperationObject;
}

/** The document, for tests. */
export class Contract {
  readonly document: OpenApiDocument;
  readonly calls: readonly Documented[];
  readonly #ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats: FORMATS });

  constructor(document: OpenApiDocument) {
    this.document = document;
    this.calls = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
    // `examples` are for people, and `components` has named schemas.
    this.#ajv.addVocabulary(['components', 'openapi', 'info', 'tags', 'paths', 'security']);
    this.#ajv.addSchema({ $id: 'document:', components: document.components });
  }

  /** The call that answers a request. One without a path parameter goes first. */
  find(method: string, pathname: string): Documented | undefined {
    return this.calls
      .filter((call) => call.method === method && templateOf(call.path).test(pathname))
      .sort((one, other) => one.path.split('{').length - other.path.split('{').length)[0];
  }

  /** The errors of a value by a schema of the document. */
  problems(schema: JsonSchema, value: unknown): string {
    const validate = this.#compiled(schema);
    return validate(value) ? '' : this.#ajv.errorsText(validate.errors);
  }

  /** Whether values match a schema of the document. */
  validator(schema: JsonSchema): (value: unknown) => boolean {
    const validate = this.#compiled(schema);
    return (value) => validate(value);
  }

  #compiled(schema: JsonSchema): ValidateFunction {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"document:#/components/');
    return this.#ajv.compile(JSON.parse(text) as JsonSchema);
  }

  /** Checks the body of a response or of an example. */
  check({ method, path, operation }: Documented, status: number, type: string, body: unknown): void {
    const response = operation.responses[String(status)];
    const what = `${method} ${path} ${String(status)}`;
    expect(response, `${what} is not documented`).to.not.equal(undefined);
    const content = response?.content;
    if (content === undefined) {
      expect(body, what).to.equal('');
      return;
    }
    const media = content[type];
    expect(media, `${what} is not documented as ${type}`).to.not.equal(undefined);
    if (media !== undefined) expect(this.problems(media.schema, body), what).to.equal('');
  }
}

function templateOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}
