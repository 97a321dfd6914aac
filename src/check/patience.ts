/** What a check throws to itself when its time is over; its callers get `unknown`. */
const outOfTime = new Error("the time is over");

/** Whether a check gave up because its time was over. */
export const isOutOfTime = (thrown: unknown): boolean => thrown === outOfTime;

/** How many ticks go by between two looks at the clock. */
const ticksALook = 4_096;

/** How long a check may go on. The pure rooms have no clock: the host brings one. */
export class Patience {
  readonly #expired: () => boolean;
  #ticks = 0;

  constructor(expired: () => boolean = () => false) {
    this.#expired = expired;
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

/** Why a history is undecided whose time was over. */
export const timeReason = (what: string): string => `the time did not suffice to decide ${what}`;
