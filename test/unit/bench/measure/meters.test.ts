import { expect } from 'chai';

import { parseRedisBenchmark } from '../../../../bench/meters/redis-benchmark.js';
import { histogramIn } from '../../../../bench/meters/scrape.js';
import { parseWrk } from '../../../../bench/meters/wrk.js';
import { ticksIn } from '../../../../bench/process/cpu.js';
import { HostWatch, stolenShare, ticksOfHost } from '../../../../bench/process/host.js';
import { residentIn } from '../../../../bench/process/memory.js';

const WRK = `Running 8s test @ http://127.0.0.1:41234
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.12ms    1.05ms  41.02ms   92.31%
    Req/Sec    20.61k     1.70k   23.11k    76.25%
  Latency Distribution
     50%    2.96ms
     75%    3.31ms
     90%    3.90ms
     99%    1.12s 
  164059 requests in 8.01s, 24.56MB read
Requests/sec:  20482.14
Transfer/sec:      3.07MB
`;

describe('the output of wrk', () => {
  it('is read as requests, rate and latencies in milliseconds', () => {
    expect(parseWrk(WRK)).to.deep.equal({
      requests: 164_059,
      perSecond: 20_482.14,
      p50Ms: 2.96,
      p99Ms: 1120,
      errors: 0,
    });
    expect(parseWrk(WRK.replace('2.96ms', '870.00us'))).to.have.property('p50Ms', 0.87);
  });

  it('counts failed requests of every kind', () => {
    const text = WRK.replace(
      'Requests/sec',
      '  Socket errors: connect 1, read 2, write 3, timeout 4\n  Non-2xx or 3xx responses: 5\nRequests/sec',
    );
    expect(parseWrk(text)).to.have.property('errors', 15);
  });

  it('does not count refused requests in requests per second', () => {
    const text = WRK.replace('Requests/sec', '  Non-2xx or 3xx responses: 41015\nRequests/sec');
    expect(parseWrk(text).perSecond).to.be.closeTo(20_482.14 * 0.75, 1);
  });

  for (const [what, text] of [
    ['nothing', ''],
    ['no answer at all', WRK.replace('164059 requests', '0 requests')],
    ['no latencies', WRK.replace('     99%    1.12s \n', '')],
  ] as const) {
    it(`is no figure where there is ${what}`, () => {
      expect(() => parseWrk(text)).to.throw('wrk measured nothing');
    });
  }
});

describe('the output of redis-benchmark', () => {
  const line = 'SETEX key:__rand_int__ 7 x';

  it('is read from the end, behind all the figures on the way there', () => {
    const text = `${line}: rps=0.0 (overall: 0.0) avg_msec=nan\r${line}: 415110.25 requests per second, p50=8.1 msec\n`;
    expect(parseRedisBenchmark(text)).to.equal(415_110.25);
  });

  it('is no figure where it could not connect', () => {
    expect(() => parseRedisBenchmark('Could not connect')).to.throw('redis-benchmark measured nothing');
  });
});

describe('the figures of a process from Linux', () => {
  it('include its processor time, also with parentheses in its name', () => {
    const stat = '42 (a) name (b) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 7 8 20 0 11 0 1234 0 0';
    expect(ticksIn(stat)).to.equal(300);
  });

  it('include the time that the host took from all cores', () => {
    const before = ticksOfHost('cpu  100 0 50 800 10 0 5 35 0 0\ncpu0 50 0 25 400 5 0 2 18 0 0\n');
    const after = ticksOfHost('cpu  150 0 60 830 10 0 5 45 30 0\ncpu0 75 0 30 415 5 0 2 23 15 0\n');
    expect(before).to.deep.equal({ total: 1000, stolen: 35 });
    expect(stolenShare(before, after)).to.equal(0.1);
    expect(stolenShare(after, after)).to.equal(0);
  });

  it('tells when a machine was left its cores, and when it was not or had to catch up', () => {
    let stolen = 0;
    let total = 0;
    const host = new HostWatch(() => ({ total, stolen }));
    for (let second = 1; second <= 10; second++) {
      total += 200;
      stolen += second === 4 ? 100 : 1;
      host.look(second * 1000);
    }
    expect(host.wasQuiet(1200, 2900)).to.equal(true);
    expect(host.wasQuiet(2900, 3100)).to.equal(false);
    expect(host.wasQuiet(6900, 6950)).to.equal(false);
    expect(host.wasQuiet(7100, 9900)).to.equal(true);
    expect(host.quietShare).to.equal(0.5);
    expect(host.stop()).to.deep.equal([
      'the host took 5.5 % of the cores for others, 50.0 % in the worst second',
    ]);
  });

  it('include its memory in RAM', () => {
    expect(residentIn('Name:\tnode\nVmPeak:\t  900 kB\nVmRSS:\t  1024 kB\nThreads:\t11\n')).to.equal(2 ** 20);
  });
});

describe('a histogram in the metrics of the daemon', () => {
  const text = (counts: readonly number[]): string =>
    [0.1, 0.25, '+Inf']
      .map((bound, at) => `late_seconds_bucket{le="${bound}"} ${String(counts[at])}\n`)
      .join('') + 'late_seconds_sum 1.5\nlate_seconds_count 7\nother_late_seconds_count 9\n';

  it('is read as a count, a sum and an upper bound', () => {
    expect(histogramIn(text([5, 7, 7]), 'late_seconds')).to.deep.equal({ count: 7, sum: 1.5, most: 0.25 });
    expect(histogramIn(text([7, 7, 7]), 'late_seconds').most).to.equal(0.1);
    expect(histogramIn(text([5, 6, 7]), 'late_seconds').most).to.equal(Infinity);
    expect(histogramIn('', 'late_seconds')).to.deep.equal({ count: 0, sum: 0, most: 0 });
  });
});
