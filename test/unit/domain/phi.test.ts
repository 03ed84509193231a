import { expect } from 'chai';
import { lateFor, phiOf } from '../../../src/domain/phi.js';

/** Standard deviations above the mean, and −log10 of the normal distribution's tail, from tables. */
const TAIL = [
  [0, 0.30103],
  [1, 0.79955],
  [1.28155, 1],
  [2, 1.64302],
  [3.09023, 3],
  [5.612, 8],
  [8, 15.20614],
  [10, 23.11805],
  [20, 88.5601],
  [37, 299.2422],
] as const;

describe('φ', () => {
  it('is the tail of the normal distribution, near and far', () => {
    for (const [late, phi] of TAIL) expect(phiOf(late), String(late)).to.be.closeTo(phi, 0.003 + phi * 5e-4);
    expect(phiOf(-3)).to.be.closeTo(0.000586, 1e-5);
  });

  it('rises everywhere, is never below 0, and ends nowhere', () => {
    const lates = [-1e9, -40, -8, -3, -1, -1e-9, 0, 1e-9, 1, 5, 30, 40, 1e3, 1e6, 1e9];
    const phis = lates.map(phiOf);
    expect(phis).to.satisfy((all: number[]) => all.every((phi) => phi >= 0 && Number.isFinite(phi)));
    phis.forEach((phi, index) => {
      expect(phi).to.be.at.least((phis[index - 1] ?? 0) - 1e-7);
    });
  });

  it('is found backwards', () => {
    for (const phi of [0.5, 1, 2, 8, 12, 16, 50, 100])
      expect(phiOf(lateFor(phi)), String(phi)).to.be.closeTo(phi, 1e-6);
  });
});
