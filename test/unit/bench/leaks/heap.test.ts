import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { heapCountsOf, classesIn, compared, grown, type HeapCounts } from '../../../../bench/leaks/heap.js';
import { temporaryDirectory } from '../../../support/temporary-directory.js';

describe('the count of objects in a heap', () => {
  it('is of objects by the names of their constructors, and of nothing else', () => {
    const meta = {
      node_fields: ['type', 'name', 'id'],
      node_types: [['hidden', 'object', 'string'], 'string'],
    };
    const nodes = [1, 0, 1, 1, 1, 3, 1, 0, 5, 0, 0, 7, 2, 1, 9];
    const heapCounts = heapCountsOf(
      JSON.stringify({ snapshot: { meta }, nodes, strings: ['NodeActor', 'Map'] }),
    );
    expect([...heapCounts]).to.deep.equal([
      ['NodeActor', 2],
      ['Map', 1],
    ]);
  });

  it('knows the classes of a built program, exported or not', async () => {
    const directory = await temporaryDirectory();
    mkdirSync(join(directory.path, 'deep'));
    writeFileSync(
      join(directory.path, 'deep', 'a.js'),
      'export class One {\n}\nclass Two extends One {\n}\n',
    );
    writeFileSync(join(directory.path, 'b.ts'), 'class Three {\n}\n');
    expect([...classesIn(directory.path)]).to.deep.equal(['One', 'Two']);
    await directory.remove();
  });

  const counted = (counts: Readonly<Record<string, number>>): HeapCounts => new Map(Object.entries(counts));
  const growth = (
    before: Record<string, number>,
    after: Record<string, number>,
    ports = 0,
  ): readonly string[] => {
    const comparison = compared(counted(before), counted(after), new Set(['NodeActor', 'Cell']));
    return grown(comparison, 10_000, ports).map(({ name }) => name);
  };

  it('has grown if objects of a class, or handles, are above their bound', () => {
    expect(
      growth({ NodeActor: 5, Cell: 5, Other: 1 }, { NodeActor: 21, Cell: 22, Other: 1000 }),
    ).to.deep.equal(['Cell']);
    expect(growth({ Timeout: 1 }, { Timeout: 18, Socket: 17 })).to.deep.equal(['Socket', 'Timeout']);
  });

  it('has grown where a request in ten leaves something behind', () => {
    expect(growth({ Object: 40_000 }, { Object: 42_000 })).to.deep.equal([]);
    expect(growth({ Object: 40_000 }, { Object: 42_001 })).to.deep.equal(['Object']);
  });

  it('allows for ports that Node itself keeps', () => {
    expect(growth({}, { MessagePort: 40 })).to.deep.equal(['MessagePort']);
    expect(growth({}, { MessagePort: 40 }, 24)).to.deep.equal([]);
  });
});
