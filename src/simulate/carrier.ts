import { type Choices, encode, type Message, type SystemModel } from "../model/index.ts";
import { delaySpread, delaySteps } from "./delay-spread.ts";
import type { Dials } from "./dials.ts";

/** Microseconds in a millisecond. */
export const microseconds = 1000;

/** A message that never arrives: lost on the way, or late beyond the end. */
export const neverArrives = -1;

/** Why a message was lost; late ones are not. */
export type Loss = "lost" | "severed" | "queue full";

/**
 * Decides loss, duplication and delay of each message by the dials. Every decision is identified by its link and by how
 * many messages that link carried, so that taking one message out of a run leaves the fate of the others.
 */
export class Carrier {
  readonly #choices: Choices;
  readonly #dials: Dials;
  readonly #model: SystemModel;
  readonly #n: number;
  readonly #counts: Int32Array;
  readonly #busyUntil: Float64Array;
  /** For each link with a limited queue, when each message that it holds is through. */
  readonly #through = new Map<number, number[]>();
  readonly #lossy: boolean;
  /** Drawn when a delay first depends on it: orders that are enumerated have no delays. */
  #gstUs: number | null = null;
  #boundFactor: number | null = null;
  readonly #spread: Float64Array;
  readonly #severed = new Map<number, boolean>();
  readonly #minUs: number;
  readonly #spanUs: number;
  readonly #distancesMs: readonly (readonly number[])[] | undefined;
  #healed = false;
  /** Why the message carried last was lost, or null. Beside `carry`'s result, so that no object is made a message. */
  lost: Loss | null = null;
  /** When the second copy of the message carried last arrives, or `neverArrives`. */
  copyArrives: number = neverArrives;

  constructor(
    choices: Choices,
    dials: Dials,
    model: SystemModel,
    n: number,
    distancesMs?: readonly (readonly number[])[],
  ) {
    this.#choices = choices;
    this.#dials = dials;
    this.#model = model;
    this.#n = n;
    this.#counts = new Int32Array(n * n);
    this.#busyUntil = new Float64Array(n * n);
    this.#lossy = model.network !== "reliable";
    this.#spread = delaySpread(dials.delays, model.timing !== "asynchronous");
    this.#minUs = dials.delayMsMin * microseconds;
    this.#spanUs = Math.max(0, dials.delayMsMax - dials.delayMsMin) * microseconds;
    this.#distancesMs = distancesMs;
  }

  /** Faults are over: the network loses nothing more. */
  heal(): void {
    this.#healed = true;
  }

  /** How many messages the link from one node to another carried so far: the identity of the next one. */
  countOf(link: number): number {
    return this.#counts[link]!;
  }

  /** When a message that is sent now arrives, in microseconds, or `neverArrives`; see `lost` and `copyArrives`. */
  carry(message: Message, now: number): number {
    const { from, to } = message;
    const link = from * this.#n + to;
    const count = this.#counts[link]!++;
    message.order = count;
    this.lost = null;
    this.copyArrives = neverArrives;
    if (this.#choices.forced("never", link, count) === 1) return neverArrives;
    if (from === to) return now;
    const sized = this.#dials.bandwidth > 0 || this.#dials.packetBytes > 0;
    const bytes = sized ? encode(message.body).length : 0;
    if (this.#dials.severance > 0 && this.#isSevered(link)) return this.#loses("severed");
    const lossy = this.#lossy && !this.#healed;
    if (lossy && this.#isLost(link, count, bytes)) return this.#loses("lost");
    const start = this.#transmit(link, bytes, now);
    if (start < 0) return this.#loses("queue full");
    const { duplication } = this.#dials;
    const leastUs = (this.#distancesMs?.[from]?.[to] ?? 0) * microseconds;
    if (lossy && duplication > 0 && this.#choices.chance("duplicate", link, count, duplication))
      this.copyArrives =
        start + this.#delay(link, count, "delay of the copy", now) + leastUs + this.#lateness(link, count);
    return start + this.#delay(link, count, "delay", now) + leastUs;
  }

  #loses(why: Loss): number {
    this.lost = why;
    return neverArrives;
  }

  /** An adversary that owns the network need not let a link through, ever. */
  #isSevered(link: number): boolean {
    if (this.#model.network !== "arbitrary") return false;
    let severed = this.#severed.get(link);
    if (severed === undefined) {
      severed = this.#choices.chance("severed", link, 0, this.#dials.severance);
      this.#severed.set(link, severed);
    }
    return severed;
  }

  #isLost(link: number, count: number, bytes: number): boolean {
    const { loss, packetBytes } = this.#dials;
    if (loss === 0) return false;
    const packets = packetBytes > 0 ? Math.max(1, Math.ceil(bytes / packetBytes)) : 1;
    for (let packet = 0; packet < packets; packet++) {
      if (this.#choices.chance(packet === 0 ? "loss" : `loss of packet ${packet}`, link, count, loss)) return true;
    }
    return false;
  }

  /** When the last byte is on the link: links send one message after the other. Negative when their queue is full. */
  #transmit(link: number, bytes: number, now: number): number {
    const { bandwidth } = this.#dials;
    if (bandwidth === 0) return now;
    const through = Math.max(now, this.#busyUntil[link]!) + Math.ceil((bytes / bandwidth) * microseconds);
    if (!this.#fits(link, now, through)) return -1;
    this.#busyUntil[link] = through;
    return through;
  }

  /** Whether the queue of a link takes one more message, and if so puts it there. A reliable link has room for all. */
  #fits(link: number, now: number, through: number): boolean {
    const { queueMax } = this.#dials;
    if (queueMax === 0 || !this.#lossy) return true;
    const held = (this.#through.get(link) ?? []).filter((end) => end > now);
    // The first is being sent, the others wait.
    const fits = held.length <= queueMax;
    if (fits) held.push(through);
    this.#through.set(link, held);
    return fits;
  }

  /** A copy that was kept somewhere on the way comes long after the message. */
  #lateness(link: number, count: number): number {
    const { copyDelayMsMax } = this.#dials;
    if (copyDelayMsMax === 0) return 0;
    const step = this.#choices.below("lateness of the copy", link, count, delaySteps);
    return Math.floor((step / delaySteps) * copyDelayMsMax * microseconds);
  }

  #delay(link: number, count: number, name: string, now: number): number {
    const spans = this.#spread[this.#choices.below(name, link, count, delaySteps)]!;
    const { timing } = this.#model;
    if (timing === "unknown-bound") return this.#minUs + Math.floor(this.#spanUs * this.#boundFactorOf() * spans);
    const usual = this.#minUs + Math.floor(this.#spanUs * spans);
    if (timing !== "eventually-synchronous" || this.#healed) return usual;
    const gstUs = this.#stabilisationUs();
    if (now >= gstUs) return usual;
    const chaos = this.#minUs + Math.floor(this.#dials.chaosDelayMsMax * microseconds * spans);
    // Whatever was sent before the global stabilisation time arrives at most one bound after it.
    return Math.min(chaos, gstUs - now + this.#minUs + this.#spanUs);
  }

  /** Time from which the network is timely, where that comes in the end. */
  #stabilisationUs(): number {
    this.#gstUs ??= Math.floor(
      (this.#choices.below("gst", 0, 0, delaySteps) / delaySteps) * this.#dials.gstMs * microseconds,
    );
    return this.#gstUs;
  }

  /** How many times the usual longest delay the true bound is, where nobody knows it. */
  #boundFactorOf(): number {
    this.#boundFactor ??=
      1 + Math.floor((this.#choices.below("bound", 0, 0, delaySteps) / delaySteps) * (this.#dials.boundFactorMax - 1));
    return this.#boundFactor;
  }
}
