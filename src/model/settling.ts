import type { Instance } from "./instance.ts";
import type { NodeHost } from "./node-host.ts";

/**
 * The modules of a node that want to know when its host has no more input at hand (D12): those that got something since.
 * One that can say that it has nothing to send is asked at the end of the step, and then spares its host an event.
 */
export class Settling {
  readonly #host: NodeHost;
  readonly #instances: Instance[] = [];
  /** How many of the instances count. An array that is emptied would grow anew each time. */
  #end = 0;
  /** Those before are certain; the others are asked at the end of the step. */
  #decided = 0;
  #isAsked = false;

  constructor(host: NodeHost) {
    this.#host = host;
  }

  /** A module got something. */
  touch(instance: Instance): void {
    const { settled, idle } = instance.module;
    if (settled === undefined || instance.settledWanted) return;
    instance.settledWanted = true;
    this.#instances[this.#end++] = instance;
    if (idle === undefined) this.#ask();
  }

  /** The step is over: whoever has nothing to send does not want to know. */
  decide(): void {
    if (this.#decided === this.#end) return;
    for (let at = this.#decided; at < this.#end; at++) {
      const instance = this.#instances[at]!;
      if (!instance.dropped && instance.module.idle?.(instance.state, instance.io) === true)
        instance.settledWanted = false;
      else this.#instances[this.#decided++] = instance;
    }
    this.#end = this.#decided;
    if (this.#end > 0) this.#ask();
  }

  /** The host has no more input at hand: all that wanted to know, once each. */
  take(each: (instance: Instance) => void): void {
    const end = this.#end;
    this.#end = this.#decided = 0;
    this.#isAsked = false;
    for (let at = 0; at < end; at++) {
      const instance = this.#instances[at]!;
      instance.settledWanted = false;
      if (!instance.dropped) each(instance);
    }
  }

  /** In a node that is made again from its state: these want to know, whatever they would say now. */
  restore(instances: readonly Instance[]): void {
    for (const instance of instances) this.touch(instance);
    this.#decided = this.#end;
    if (this.#end > 0) this.#ask();
  }

  /** The port paths of those that want to know. */
  paths(): readonly string[] {
    return this.#instances.slice(0, this.#end).map(({ path }) => path);
  }

  /** These modules are no more. */
  drop(gone: ReadonlySet<Instance>): void {
    let kept = 0;
    let decided = 0;
    for (let at = 0; at < this.#end; at++) {
      const instance = this.#instances[at]!;
      if (gone.has(instance)) continue;
      this.#instances[kept++] = instance;
      if (at < this.#decided) decided++;
    }
    this.#end = kept;
    this.#decided = decided;
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#host.wantSettled();
  }
}
