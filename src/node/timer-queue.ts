import type { Delay, TimerBox } from "../model/index.ts";

interface Entry {
  readonly dueMs: number;
  readonly box: TimerBox;
}

const millisecondsOf = (delay: Delay): number =>
  typeof delay === "number" ? delay : delay.from + Math.random() * (delay.to - delay.from);

/**
 * The timers of a node behind one timer of Node, or, for what is due already, the next turn of its event loop: a timer of
 * Node takes a millisecond at least, and a snapshot of a gigabyte is restored in 10,000 steps. A box has one entry in the heap as long as it is only put off, which is
 * what elections do at every message: such an entry is looked at when it comes up, and put back.
 */
export class TimerQueue {
  readonly #fire: (box: TimerBox) => void;
  readonly #heap: Entry[] = [];
  /** When the entry of a box comes up; absent where it has none. */
  readonly #entries = new Map<TimerBox, number>();
  #timer: NodeJS.Timeout | null = null;
  #turn: NodeJS.Immediate | null = null;
  #wakesAt = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(fire: (box: TimerBox) => void) {
    this.#fire = fire;
  }

  /** The box goes off after the delay, drawn where it is a range, and no more at the time it was set to before. */
  arm(box: TimerBox, delay: Delay): void {
    if (this.#stopped) return;
    box.armed = true;
    box.due = performance.now() + Math.max(0, millisecondsOf(delay));
    const comesUp = this.#entries.get(box);
    if (comesUp !== undefined && comesUp <= box.due) return;
    this.#push({ dueMs: box.due, box });
    this.#wake();
  }

  /** The box does not go off. */
  disarm(box: TimerBox): void {
    box.armed = false;
  }

  /** No box goes off any more. */
  stop(): void {
    this.#stopped = true;
    this.#sleep();
  }

  #sleep(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#timer = null;
    this.#turn = null;
  }

  #wake(): void {
    const first = this.#heap[0];
    if (first === undefined || first.dueMs >= this.#wakesAt || this.#stopped) return;
    this.#sleep();
    this.#wakesAt = first.dueMs;
    const delayMs = first.dueMs - performance.now();
    // An immediate that is set within one runs after the sockets were read.
    if (delayMs <= 0) this.#turn = setImmediate(() => this.#due());
    else this.#timer = setTimeout(() => this.#due(), delayMs);
  }

  #due(): void {
    this.#timer = null;
    this.#turn = null;
    this.#wakesAt = Number.POSITIVE_INFINITY;
    // Those that are set to 0 meanwhile wait for the next turn, so that input comes in between.
    const now = performance.now();
    for (
      let first = this.#heap[0];
      first !== undefined && first.dueMs <= now && !this.#stopped;
      first = this.#heap[0]
    ) {
      this.#pop();
      const { box } = first;
      if (this.#entries.get(box) !== first.dueMs) continue;
      this.#entries.delete(box);
      if (!box.armed) continue;
      if (box.due > now) {
        this.#push({ dueMs: box.due, box });
        continue;
      }
      box.armed = false;
      this.#fire(box);
    }
    this.#wake();
  }

  #push(entry: Entry): void {
    this.#entries.set(entry.box, entry.dueMs);
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (heap[above]!.dueMs <= entry.dueMs) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]!.dueMs < heap[below]!.dueMs) below++;
      if (last.dueMs <= heap[below]!.dueMs) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }
}
