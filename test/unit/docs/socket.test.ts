import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as z from 'zod';
import { clientFrames, parseFrame } from '../../../src/http/sockets/client-frames.js';
import { serverFrames } from '../../../src/http/sockets/server-frames.js';

const page = readFileSync('docs/socket.md', 'utf8');
const frames: Readonly<Record<string, z.ZodType>> = { ...clientFrames, ...serverFrames };

function schemaOf(frame: z.ZodType): unknown {
  const { $schema: _, ...schema } = z.toJSONSchema(frame, { io: 'input', unrepresentable: 'any' });
  return JSON.parse(JSON.stringify(schema)) as unknown;
}

/** The first block of JSON behind a heading or comment. */
function blockBehind(mark: string): unknown {
  const at = page.indexOf(mark);
  expect(at, mark).to.be.at.least(0);
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(page.slice(at)) ?? [];
  return JSON.parse(json) as unknown;
}

describe('the page of sockets', () => {
  for (const [type, frame] of Object.entries(frames)) {
    it(`shows a ${type} frame that is one`, () => {
      const example = blockBehind(`<!-- frame: ${type} -->`);
      expect(frame.safeParse(example).error?.message).to.equal(undefined);
      if (type in clientFrames) expect(parseFrame(JSON.stringify(example))).to.deep.include({ type });
    });

    it(`has the schema of a ${type} frame`, () => {
      expect(blockBehind(`<!-- schema: ${type} -->`)).to.deep.equal(schemaOf(frame));
    });
  }

  it('names every frame and no other', () => {
    const named = [...page.matchAll(/^### `(\w+)`$/gm)].map(([, type]) => type);
    expect(named).to.have.members(Object.keys(frames));
  });
});
