import { batchContract } from './contract/batches.js';
import { presenceContract } from './contract/presence.js';
import { otherCallsContract } from './contract/others.js';
import { requestIdContract } from './contract/request-ids.js';
import { heartRhythmContract } from './contract/heart-rhythm.js';
import { pipelinesContract } from './contract/pipelines.js';
import { pagesContract } from './contract/pages.js';
import { protocolContract } from './contract/protocol.js';
import { limitsContract } from './contract/limits.js';
import { closingContract } from './contract/closing.js';
import { streamsContract } from './contract/streams.js';
import { textIdContract, userIdContract } from './contract/user-ids.js';
import { checkupFieldsContract } from './contract/checkup-fields.js';
import { userListContract } from './contract/user-lists.js';
import { starting } from './support/gateway-under-test.js';

for (const [lane, fastLane] of [
  ['Express alone', false],
  ['the fast lane before Express', true],
] as const) {
  describe(`the gateway, by way of ${lane}`, () => {
    const start = starting(fastLane);
    describe('presence', () => presenceContract(start));
    describe('user ids', () => userIdContract(start));
    describe('user ids of any text', () => textIdContract(start));
    describe('lists of users', () => userListContract(start));
    describe('other calls', () => otherCallsContract(start));
    describe('request id', () => requestIdContract(start));
    describe('heart_rhythm', () => heartRhythmContract(start));
    describe('streams of heart_rhythm', () => streamsContract(start));
    describe('pages of heart_rhythm', () => pagesContract(start));
    describe('HTTP', () => protocolContract(start));
    describe('pipelines', () => pipelinesContract(start));
    describe('batches', () => batchContract(start));
    describe('fields of checkups', () => checkupFieldsContract(start));
    describe('limits', () => limitsContract(start));
    describe('closing', () => closingContract(start));
  });
}
