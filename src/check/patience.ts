/** What a check throws to itself when its time is over; its callers get `unknown`. */
export class OutOfTime extends Error {
  constructor() {
    super("the time is over");
  }
}

/** How many ticks go by between two looks at the clock. */
const ticksALook = 4_096;

/** How long a check may go on. The pure rooms have no clock: the host brings one. */
export class Patience {
  readonly #expired: () => boolean;
  #ticks = 0;

  constructor(expired: () => boolean = () => false) {
    this.#expired = expired;
  }

  /** Called once for each small piece of work. Throws `OutOfTime`. */
  tick(): void {
    this.#ticks++;
    if (this.#ticks % ticksALook === 0) this.look();
  }

  /** Called before each large piece of work. Throws `OutOfTime`. */
  look(): void {
    if (this.#expired()) throw new OutOfTime();
  }
}

/** Why a history is undecided whose time was over. */
export const timeReason = (what: string): string => `the time did not suffice to decide ${what}`;
