/** How far a search breadth first has come with the level that it goes through. */
export class LastLevel {
  /** The states of the level. */
  #states = 0;
  /** How many states of all had had their steps taken when it began. */
  #began = 0;

  /** A level begins: what is open then is all of it. */
  begin(open: number, expanded: number): void {
    this.#states = open;
    this.#began = expanded;
  }

  /** Its states, and of how many of them the steps were taken. */
  after(expanded: number): { readonly states: number; readonly taken: number } {
    return { states: this.#states, taken: expanded - this.#began };
  }
}
