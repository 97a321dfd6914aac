import { assert } from "./assert.ts";
import type { Instance, TimerBox, User } from "./instance.ts";
import { makeDisk } from "./instance-disk.ts";
import type { ClockKind, Delay, Signed } from "./module.ts";
import type { NodeMachine } from "./node-machine.ts";
import { freeze, hashText } from "./plain.ts";
import type { Handler } from "./step-queue.ts";

type Call = (a?: unknown, b?: unknown, c?: unknown, d?: unknown, e?: unknown) => void;

/** Builds `instance.requests` (what the layer above calls) and `instance.io` (what its own handlers call). */
export const makeIO = (machine: NodeMachine, instance: Instance, ports: { readonly [port: string]: unknown }): void => {
  instance.requests =
    instance.module.passesOn === undefined
      ? makeRequests(machine, instance)
      : passRequests(instance.module.passesOn, ports);
  const { host, queue } = machine;
  const { path } = instance;
  const note = host.note;
  // The ports come last: a literal that begins with what differs from module to module is made field by field.
  const io: { [name: string]: unknown } = {
    up: makeIndications(machine, instance),
    self: machine.self,
    nodes: instance.nodes,
    incarnation: machine.incarnation,
    disk: makeDisk(machine, instance),
    timers: makeTimers(machine, instance),
    whenDurable: makeNotices(machine, instance),
    early: (send: () => void): void => {
      const before = queue.early;
      queue.early = instance;
      send();
      queue.early = before;
    },
    clock: (which: ClockKind): number => host.clock(which),
    random: (name: string, below: number): number => {
      assert(
        Number.isSafeInteger(below) && below > 0,
        `${instance.module.name} draws ${name} below ${below}: give a whole number from 1`,
      );
      return host.random(path, name, below);
    },
    sign: (body: unknown): Signed<unknown> => host.sign(machine.freeze ? freeze(body) : body),
    verify: (signed: Signed<unknown>): boolean => host.verify(signed),
    mark: (name: string): void => {
      const { name: who, marks = [] } = instance.module;
      assert(marks.includes(name), `${who} marks "${name}", which is not among its marks: ${marks.join(", ")}`);
      host.mark?.(who, name);
    },
    note:
      note === undefined ? () => undefined : (text: string, ...detail: readonly unknown[]) => note(path, text, detail),
  };
  for (const port of Object.keys(ports)) if (!Object.hasOwn(io, port)) io[port] = ports[port];
  instance.io = io;
};

type Calls = { readonly [name: string]: (...args: readonly unknown[]) => void };

/** The requests of a family that is offered as it is: the first argument is the key of the member that is asked. */
const passRequests = (names: readonly string[], ports: { readonly [port: string]: unknown }): Instance["requests"] => {
  const each = ports["each"] as (key: unknown) => Calls;
  return Object.fromEntries(names.map((name) => [name, (key, ...args) => each(key)[name]!(...args)]));
};

const makeRequests = (machine: NodeMachine, instance: Instance): Instance["requests"] => {
  const { queue, host, freeze: freezing } = machine;
  const { observe } = host;
  const batches = instance.module.settled !== undefined;
  const requests: { [name: string]: (...args: readonly unknown[]) => void } = {};
  for (const [name, handler] of Object.entries(instance.module.upon["request"] ?? {})) {
    const call: Call = (a, b, c, d) => {
      if (batches) machine.touched(instance);
      queue.push(handler as Handler, instance, queue.early, a, b, c, d);
    };
    requests[name] =
      observe === undefined && !freezing
        ? call
        : (...args) => {
            assert(
              args.length <= 4,
              `${instance.module.name}: request ${name} has more than 4 arguments; use one object`,
            );
            if (freezing) freeze(args);
            observe?.("request", instance.path, name, args);
            call(...args);
          };
  }
  return requests;
};

const deliverTo = (
  machine: NodeMachine,
  { instance: user, port, key }: User,
  name: string,
  args: readonly unknown[],
  from: Instance,
): void => {
  if (user.module.passesOn !== undefined) return (user.io as { readonly up: Calls }).up[name]!(key, ...args);
  const handler = user.module.upon[port]?.[name] as Handler | undefined;
  assert(
    handler !== undefined,
    `${from.module.name} indicates ${name}, and ${user.module.name} does not hear it on its port ${port}`,
  );
  machine.touched(user);
  if (key === null) machine.queue.push(handler, user, null, ...args);
  else machine.queue.push(handler, user, null, key, ...args);
};

/** One indication of an instance, by the fastest way that its users allow. */
const makeIndication = (machine: NodeMachine, instance: Instance, name: string): Call => {
  const { queue, host, freeze: freezing } = machine;
  const { users, path } = instance;
  const general = (...args: readonly unknown[]): void => {
    assert(args.length <= 4, `${instance.module.name}: indication ${name} has more than 4 arguments; use one object`);
    if (freezing) freeze(args);
    host.observe?.("indication", path, name, args);
    if (machine.joining !== null) deliverTo(machine, machine.joining, name, args, instance);
    else if (users.length === 0) machine.answer(name, args);
    // The list may grow while it is walked (a user that joins); only those present now hear this one.
    else for (const user of users.slice()) deliverTo(machine, user, name, args, instance);
  };
  const [user] = users;
  if (instance.shared || host.observe !== undefined || freezing || user === undefined) return general;
  const handler = user.instance.module.upon[user.port]?.[name] as Handler | undefined;
  if (handler === undefined) return general;
  const { instance: above, key } = user;
  const batches = above.module.settled !== undefined;
  if (key !== null)
    return (a, b, c, d) => {
      if (batches) machine.touched(above);
      queue.push(handler, above, null, key, a, b, c, d);
    };
  return (a, b, c, d) => {
    if (batches) machine.touched(above);
    queue.push(handler, above, null, a, b, c, d);
  };
};

/** Where the indications of one instance go: kept with them, out of sight of the module. */
const origin: unique symbol = Symbol("origin");

interface Indications {
  readonly [origin]: { readonly machine: NodeMachine; readonly instance: Instance };
}

/**
 * Makes an indication at its first use. There is one for all instances: a prototype of its own would give each instance
 * a hidden class of its own, which no call site remembers and which keeps its node alive until a full collection.
 */
const madeAtFirstUse: object = new Proxy(
  {},
  {
    get: (_target, name, made: Indications) => {
      if (typeof name !== "string") return undefined;
      const { machine, instance } = made[origin];
      const call = makeIndication(machine, instance, name);
      Object.defineProperty(made, name, { value: call, enumerable: true });
      return call;
    },
  },
);

/**
 * Indications by name, each made at its first use (the names are known only to the layer above, and the layer above
 * is built later). After that it is a plain property: the proxy sits behind it in the prototype chain.
 */
const makeIndications = (machine: NodeMachine, instance: Instance): object =>
  Object.defineProperty(Object.create(madeAtFirstUse) as object, origin, { value: { machine, instance } });

const makeNotices = (machine: NodeMachine, instance: Instance): object =>
  Object.fromEntries(
    Object.keys(instance.module.upon["durable"] ?? {}).map((name) => [
      name,
      (...args: readonly unknown[]) => machine.notify(instance, name, args),
    ]),
  );

const timerKey = (args: readonly unknown[]): string =>
  args.map((arg) => `${typeof arg}:${JSON.stringify(arg)}`).join(",");

/** How many timers one module may have running at a time. */
const timersMax = 100_000;
/** From so many on, and whenever they have doubled, the timers that do not run are forgotten. */
const timersRemembered = 1_024;

const forgetIdleTimers = ({ timers }: Instance): void => {
  const isDoubled = timers.size >= timersRemembered && (timers.size & (timers.size - 1)) === 0;
  if (!isDoubled && timers.size < timersMax) return;
  for (const [key, { armed, args }] of timers) if (!armed && args.length > 0) timers.delete(key);
};

/** The box of a timer of this instance, made when absent. A host that rebuilds a node finds its boxes again by it. */
export const timerBox = (instance: Instance, name: string, args: readonly unknown[]): TimerBox => {
  const key = args.length === 0 ? name : `${name}(${timerKey(args)})`;
  let box = instance.timers.get(key);
  if (box === undefined) {
    forgetIdleTimers(instance);
    assert(instance.timers.size < timersMax, `${instance.module.name} has ${timersMax} timers running`);
    const path = `${instance.path}/${key}`;
    box = {
      instance,
      name,
      args,
      key: path,
      identity: hashText(17, path),
      due: 0,
      armed: false,
      generation: 0,
      comesUp: -1,
      order: 0,
      count: 0,
      event: 0,
    };
    instance.timers.set(key, box);
  }
  return box;
};

const refuseDelay = ({ module }: Instance, name: string, delay: Delay): never => {
  throw new Error(
    `${module.name} sets its timer ${name} to ${describeDelay(delay)}: a delay is a finite number of milliseconds, or a range of them`,
  );
};

const describeDelay = (delay: Delay): string =>
  typeof delay === "number" ? String(delay) : `${delay.from} … ${delay.to}`;

/** The arguments of a timer, of which there are five at most: named one by one, a call makes no list of none. */
const untilLast = (args: unknown[]): readonly unknown[] => {
  while (args[args.length - 1] === undefined) args.pop();
  return args;
};

const makeTimers = (machine: NodeMachine, instance: Instance): object => {
  const { host } = machine;
  return Object.fromEntries(
    Object.keys(instance.module.upon["timer"] ?? {}).map((name) => {
      // A timer without arguments has one box for the life of its instance.
      let only: TimerBox | null = null;
      const boxOf = (a: unknown, b: unknown, c: unknown, d: unknown, e: unknown): TimerBox => {
        if (a !== undefined || b !== undefined || c !== undefined || d !== undefined || e !== undefined)
          return timerBox(instance, name, untilLast([a, b, c, d, e]));
        only ??= timerBox(instance, name, []);
        return only;
      };
      return [
        name,
        {
          set: (delay: Delay, a?: unknown, b?: unknown, c?: unknown, d?: unknown, e?: unknown): void => {
            const milliseconds = typeof delay === "number" ? delay : delay.from + delay.to;
            // NaN compares with nothing: it would spoil the order of everything else that is due.
            if (!Number.isFinite(milliseconds)) refuseDelay(instance, name, delay);
            host.arm(boxOf(a, b, c, d, e), delay);
          },
          cancel: (a?: unknown, b?: unknown, c?: unknown, d?: unknown, e?: unknown): void =>
            host.disarm(boxOf(a, b, c, d, e)),
        },
      ];
    }),
  );
};
