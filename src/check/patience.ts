/** What a check throws to itself when its time is over; its callers get `unknown`. */
const outOfTime = new Error("the time is over");

/** Whether a check gave up because its time was over. */
export const isOutOfTime = (thrown: unknown): boolean => thrown === outOfTime;

/** What a check throws to itself when its memory is used up; its callers get `unknown`. */
const outOfMemory = new Error("the memory is used up");

/** Whether a check gave up because it would have needed more memory than it may take. */
export const isOutOfMemory = (thrown: unknown): boolean => thrown === outOfMemory;

/** How many ticks go by between two looks at the clock. */
const ticksALook = 4_096;

/** How long a check may go on, and how much memory it may take. The pure rooms have no clock: the host brings one. */
export class Patience {
  readonly #expired: () => boolean;
  readonly #bytesMax: number;
  #ticks = 0;

  constructor(expired: () => boolean = () => false, bytesMax: number = Number.POSITIVE_INFINITY) {
    this.#expired = expired;
    this.#bytesMax = bytesMax;
  }

  /** Called before tables of so many bytes are made, in all. Throws what `isOutOfMemory` knows. */
  needs(bytes: number): void {
    if (bytes > this.#bytesMax) throw outOfMemory;
  }

  /** Called once for each small piece of work. Throws what `isOutOfTime` knows. */
  tick(): void {
    this.#ticks++;
    if (this.#ticks % ticksALook === 0) this.look();
  }

  /** Called before each large piece of work. Throws what `isOutOfTime` knows. */
  look(): void {
    if (this.#expired()) throw outOfTime;
  }
}

/** Why a history is undecided for which the memory was not enough. */
export const memoryReason = (what: string): string => `the memory does not suffice to decide ${what}`;

/** Why a history is undecided whose time was over. */
export const timeReason = (what: string): string => `the time did not suffice to decide ${what}`;
