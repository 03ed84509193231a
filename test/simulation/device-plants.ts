import { Devices } from '../../actors/user/devices.js';
import { decide, type Decision } from '../../actors/user/user.machine.js';
import { moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import { userRules, type Plant } from './plant.js';
import { replaced } from './replaced.js';

const NEVER = moment(-Infinity);

const SEVERAL = { deviceUsers: 3 };

/** Faults in how devices are told apart. */
export const DEVICE_PLANTS: readonly Plant[] = [
  {
    name: 'goodbye-of-one-device-ends-all',
    breaks: 'A goodbye of one device ends the session, whoever else holds it.',
    settings: SEVERAL,
    ports: userRules((state, lease, message) =>
      message.kind === 'goodbye' ? decide(state, lease, ofAll(message)) : decide(state, lease, message),
    ),
  },
  {
    name: 'expiry-of-one-device-ends-all',
    breaks: 'The session ends with the deadline of the device that was there first.',
    settings: SEVERAL,
    ports: userRules((state, lease, message): Decision => {
      const decision = decide(state, lease, message);
      if (message.kind !== 'heal' || state.phase !== 'online') return decision;
      const others = lease.devicesAt(message.arrivedAt)?.some(({ name }) => name !== message.device);
      if (others !== true) return decision;
      return { ...decision, effects: decision.effects.filter(({ kind }) => kind !== 'extend') };
    }),
  },
  {
    name: 'goodbye-after-a-restart-ends-all',
    breaks: 'A goodbye of one device after a restart ends what devices hold that have not healed since.',
    settings: SEVERAL,
    faults: ['kill', 'stop'],
    ports: userRules((state, lease, message) =>
      message.kind === 'goodbye' && state.phase === 'online' && state.endsAt !== undefined
        ? decide(state, lease, ofAll(message))
        : decide(state, lease, message),
    ),
  },
  {
    name: 'goodbye-of-a-device-forgotten',
    breaks: 'A goodbye of one device is answered, and the device goes on.',
    settings: SEVERAL,
    install: replaced(
      Devices,
      'leave',
      () =>
        function (this: Devices, user: UserId) {
          return this.until(user);
        },
    ),
  },
  {
    name: 'meta-survives-its-device',
    breaks: 'A device that left and comes back has the meta of before.',
    settings: SEVERAL,
    install: () => {
      const left = new Map<string, string>();
      const undo = [
        replaced(
          Devices,
          'leave',
          (original) =>
            function (this: Devices, user: UserId, device: string) {
              const meta = this.of(user, NEVER)?.find(({ name }) => name === device)?.meta;
              if (meta !== undefined) left.set(`${user} ${device}`, meta);
              return Reflect.apply(original, this, [user, device]);
            },
        )(),
        replaced(
          Devices,
          'heal',
          (original) =>
            function (this: Devices, user: UserId, heal: Parameters<Devices['heal']>[1], before: never) {
              const { meta = left.get(`${user} ${heal.device ?? ''}`) } = heal;
              Reflect.apply(original, this, [user, { ...heal, meta }, before]);
            },
        )(),
      ];
      return () => {
        for (const each of undo) each();
      };
    },
  },
];

/** A goodbye of all devices in place of one. */
function ofAll<Message extends object>(goodbye: Message): Message {
  const changed: Message = Object.create(goodbye) as Message;
  Object.defineProperty(changed, 'device', { value: undefined });
  return changed;
}
