import { applyFrame, copyImage, type DiskImage, type Frame, type Storage } from "../model/index.ts";

/** So many frames may be durable before they are put into the image. */
const settledMax = 32;

interface PendingFrame {
  readonly frame: Frame;
  readonly position: number;
  readonly readyAt: number;
}

/**
 * The disk of a simulated node: what the node sees, what would survive a crash, and the frames in between. A sync takes
 * time and covers everything written until it began, as a group commit does.
 */
export class SimulatedDisk implements Storage {
  /** What the node sees: every write, durable or not. */
  seen: DiskImage = new Map();
  #durable: DiskImage = new Map();
  /** Durable frames that the image lacks: only a crash looks at it, and most runs of most nodes see none. */
  readonly #settled: Frame[] = [];
  #pending: PendingFrame[] = [];
  #lastReadyAt = 0;
  #position = 0;

  /** What the node sees, as hosts call it. */
  get image(): DiskImage {
    return this.seen;
  }

  /** What would survive a crash now, but for what reaches the disk by luck. */
  get durable(): DiskImage {
    this.#fold();
    return this.#durable;
  }

  /** Position up to which everything survives. Positions go on over crashes. */
  get position(): number {
    return this.#position;
  }

  /** When the last of the syncs under way is done; null where none is. */
  get syncedAt(): number | null {
    return this.#pending.length === 0 ? null : this.#pending[this.#pending.length - 1]!.readyAt;
  }

  /** Frames that are written and not yet durable. */
  get unsynced(): number {
    return this.#pending.length;
  }

  /** A frame was written; its sync is done at `readyAt`, never before that of an earlier frame. Returns when. */
  write(frame: Frame, position: number, readyAt: number = this.#lastReadyAt): number {
    const at = Math.max(readyAt, this.#lastReadyAt);
    this.#lastReadyAt = at;
    this.#pending.push({ frame, position, readyAt: at });
    return at;
  }

  /** The disk is quick again: what is unsynced is durable at this time at the latest. */
  hasten(readyAt: number): void {
    this.#pending = this.#pending.map((pending) => ({ ...pending, readyAt: Math.min(pending.readyAt, readyAt) }));
    this.#lastReadyAt = Math.min(this.#lastReadyAt, readyAt);
  }

  /** The syncs that are done at this time are done: the new durable position. */
  sync(now: number): number {
    const pending = this.#pending;
    let done = 0;
    while (done < pending.length && pending[done]!.readyAt <= now) this.#settle(pending[done++]!);
    if (done === pending.length) this.#pending = [];
    else if (done > 0) pending.splice(0, done);
    return this.#position;
  }

  /**
   * The node stopped. Of the unsynced frames the first `kept` had reached the disk by luck; of the next one the first
   * `torn` writes had, if the disk may tear a step apart. The rest is lost.
   */
  crash(kept: number, torn: number): void {
    for (const pending of this.#pending.slice(0, kept)) this.#settle(pending);
    this.#fold();
    const next = this.#pending[kept];
    if (next !== undefined && torn > 0) applyFrame(this.#durable, next.frame.slice(0, torn));
    this.#pending = [];
    this.#lastReadyAt = 0;
    this.seen = copyImage(this.#durable);
  }

  /** The frame whose turn is next to become durable, for the draw of where it tears. */
  frameAt(index: number): Frame | undefined {
    return this.#pending[index]?.frame;
  }

  /** A disk that lost everything: a replaced machine. */
  erase(): void {
    this.#durable = new Map();
    this.#settled.length = 0;
    this.#pending = [];
    this.seen = new Map();
  }

  #settle({ frame, position }: PendingFrame): void {
    this.#position = position;
    this.#settled.push(frame);
    if (this.#settled.length >= settledMax) this.#fold();
  }

  #fold(): void {
    for (const frame of this.#settled) applyFrame(this.#durable, frame);
    this.#settled.length = 0;
  }
}
