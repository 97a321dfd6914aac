import type { Frame } from "./disk-image.ts";
import type { TimerBox } from "./instance.ts";
import type { ClockKind, Delay, Signed } from "./module.ts";

/** What the machinery asks of a host. The simulator, the odometer and the TCP host each give one. */
export interface NodeHost {
  /** All writes of a step. The host advances the gate to `position` when they are durable. */
  write(frame: Frame, position: number): void;
  /** Lets the timer go off after the delay, and no more at the time it was set to before. */
  arm(box: TimerBox, delay: Delay): void;
  /** The timer must not go off any more, even if it is due. Also asked for timers that were never set. */
  disarm(box: TimerBox): void;
  /** Some module wants to be told when no more input is at hand: call `settle` then. */
  wantSettled(): void;
  /** Milliseconds on one of the two clocks of this computer. */
  clock(which: ClockKind): number;
  /** 0 … below - 1; path and name say what it is drawn for. */
  random(path: string, name: string, below: number): number;
  /** With the key of this node, or symbolically. */
  sign(body: unknown): Signed<unknown>;
  /** Whether the signer that it names made it. */
  verify(signed: Signed<unknown>): boolean;
  /** Absent when nobody listens: then no text is made. */
  readonly note?: ((path: string, text: string, detail: readonly unknown[]) => void) | undefined;
  /** A rare path was taken; absent when nobody counts. */
  readonly mark?: ((module: string, name: string) => void) | undefined;
  /** Hears every request and indication at every port inside the node; absent when nobody listens. */
  readonly observe?:
    | ((kind: "request" | "indication", path: string, name: string, args: readonly unknown[]) => void)
    | undefined;
}
