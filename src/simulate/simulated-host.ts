import { type Delay, type Frame, markName, type NodeHost, type TimerBox } from "../model/index.ts";
import { signSymbolically, verifySymbolically } from "./adversary.ts";
import { microseconds } from "./carrier.ts";
import type { SimulatedNode } from "./simulated-node.ts";
import type { World } from "./world.ts";

/** The host that a simulated node sees: virtual time, a disk whose syncs take time, draws, the trace. */
export const hostOf = (world: World, of: () => SimulatedNode): NodeHost => {
  const { recorder, chronicle, agenda } = world;
  return {
    write: (frame, position) => write(world, of(), frame, position),
    arm: (box, delay) => arm(world, of(), box, delay),
    disarm: (box) => {
      box.armed = false;
    },
    wantSettled: () => wantSettled(world, of()),
    clock: (which) => of().clock.read(which, agenda.now),
    random: (path, what, below) => random(world, of(), path, what, below),
    sign: (body) => signSymbolically(of().id, body),
    verify: verifySymbolically,
    mark: (module, name) => {
      if (of().behaviour === null) recorder.mark(markName(module, name));
    },
    note:
      recorder.trace === null && !recorder.full
        ? undefined
        : (path, text, detail) => chronicle.note(of(), path, text, detail),
    observe: recorder.watchesInside
      ? (kind, path, what, args) => chronicle.inside(of(), kind, path, what, args)
      : undefined,
  };
};

const write = (world: World, node: SimulatedNode, frame: Frame, position: number): void => {
  const { agenda, chronicle, recorder, cause } = world;
  const { dials, schedule, choices } = world.input;
  chronicle.event("disk", node, "write", frame, cause);
  if (node.diskFull) {
    // A failed write ends the incarnation: nothing that waited for it leaves.
    recorder.strike("failed write");
    node.outputsLeft = 0;
    return;
  }
  const q = schedule === "ordered" ? 0 : choices.below("sync", node.id, node.syncs++, 1024);
  const tookMs = (dials.syncMsMin + ((dials.syncMsMax - dials.syncMsMin) * q) / 1024) * node.diskSlowness;
  // One sync covers all that was written until it ends, as a group commit does: what ends with an earlier one needs none.
  const underWayUntil = node.disk.syncedAt;
  const readyAt = node.disk.write(frame, position, agenda.now + Math.floor(tookMs * microseconds));
  const isCovered = schedule === "ordered" ? underWayUntil !== null : underWayUntil === readyAt;
  if (!isCovered) agenda.push(readyAt, node.syncItem);
};

const arm = (world: World, node: SimulatedNode, box: TimerBox, delay: Delay): void => {
  const { agenda, cause } = world;
  const { choices, schedule } = world.input;
  box.armed = true;
  box.event = cause;
  const which = box.identity ^ node.id;
  const count = (node.incarnation << 20) + box.count++;
  // A process may be slow without bound where timing says so: an edit may let a timer never end.
  if (choices.forced("timer never", which, count) === 1) return;
  const quantile = typeof delay === "number" || schedule === "ordered" ? 0 : choices.below("timer", which, count, 1024);
  const drawnMs = typeof delay === "number" ? delay : delay.from + ((delay.to - delay.from) * quantile) / 1024;
  const dueAt = dueIn(agenda.now, node, drawnMs);
  const until = schedule === "timed" || typeof delay === "number" ? dueAt : dueIn(agenda.now, node, delay.to);
  agenda.arm(dueAt, until, node.id, node.incarnation, box);
};

const dueIn = (now: number, { clock, slowness }: SimulatedNode, ms: number): number =>
  now + clock.trueUs(Math.max(0, ms) * microseconds * slowness);

const random = (world: World, node: SimulatedNode, path: string, name: string, below: number): number => {
  const key = `${path}/${name}`;
  const count = node.draws.get(key) ?? 0;
  node.draws.set(key, count + 1);
  return world.input.choices.below(key, node.id, count, below);
};

const wantSettled = (world: World, node: SimulatedNode): void => {
  if (node.settleAsked) return;
  node.settleAsked = true;
  const { agenda } = world;
  agenda.push(agenda.now + world.input.dials.quantumMs * microseconds, node.settleItem);
};
