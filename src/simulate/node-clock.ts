import type { Choices, ClockKind, NodeId } from "../model/index.ts";
import type { Dials } from "./dials.ts";

/** Milliseconds from the epoch to the start of every run: a fixed day, so that wall clocks look like wall clocks. */
export const epochMs = 1_800_000_000_000;

/**
 * The two clocks of a simulated node. Both drift together (they share a quartz); steps and leap seconds strike the wall
 * clock alone. Times are microseconds inside, milliseconds for the protocol.
 */
export class NodeClock {
  #partsPerMillion: number;
  #anchorTrueUs = 0;
  #anchorLocalUs = 0;
  #wallOffsetUs: number;
  readonly #bootUs: number;

  constructor(offsetMs: number, partsPerMillion: number, bootMs: number) {
    this.#wallOffsetUs = offsetMs * 1000;
    this.#partsPerMillion = partsPerMillion;
    this.#bootUs = bootMs * 1000;
  }

  /** Milliseconds that the clock shows at a true time. */
  read(which: ClockKind, nowUs: number): number {
    const local = this.#localUs(nowUs);
    if (which === "monotonic") return Math.floor(local + this.#bootUs) / 1000;
    return epochMs + Math.floor(local + this.#wallOffsetUs) / 1000;
  }

  /** From now on the clock gains (or loses) so much. Neither clock jumps. */
  drift(partsPerMillion: number, nowUs: number): void {
    this.#anchorLocalUs = this.#localUs(nowUs);
    this.#anchorTrueUs = nowUs;
    this.#partsPerMillion = partsPerMillion;
  }

  /** The wall clock jumps. */
  step(byMs: number): void {
    this.#wallOffsetUs += byMs * 1000;
  }

  /** How long a wait of so many local microseconds takes in truth. */
  trueUs(localUs: number): number {
    return Math.ceil((localUs * 1_000_000) / (1_000_000 + this.#partsPerMillion));
  }

  #localUs(nowUs: number): number {
    const passed = nowUs - this.#anchorTrueUs;
    return this.#anchorLocalUs + passed + Math.floor((passed * this.#partsPerMillion) / 1_000_000);
  }
}

/** The clock of a node as it starts, within what the dials allow. */
export const drawClock = (
  node: NodeId,
  choices: Choices,
  { clockOffsetMsMax, driftPartsPerMillion }: Dials,
): NodeClock => {
  const between = (what: string, most: number): number =>
    most === 0 ? 0 : Math.floor((choices.below(what, node, 0, 2001) / 1000 - 1) * most);
  return new NodeClock(
    between("clock offset", clockOffsetMsMax),
    between("clock drift", driftPartsPerMillion),
    5_000 + 1_000 * node,
  );
};
