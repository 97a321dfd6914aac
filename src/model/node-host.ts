import type { Frame } from "./disk-image.ts";
import type { TimerBox } from "./instance.ts";
import type { ClockKind, Delay, Signed } from "./module.ts";

/** What the machinery asks of a host. The simulator, the odometer and the TCP host each give one. */
export interface NodeHost {
  /** All writes of a step. The host advances the gate to `position` when they are durable. */
  write(frame: Frame, position: number): void;
  arm(box: TimerBox, delay: Delay): void;
  disarm(box: TimerBox): void;
  /** Some module wants to be told when no more input is at hand: call `settle` then. */
  wantSettled(): void;
  clock(which: ClockKind): number;
  random(path: string, name: string, below: number): number;
  sign(body: unknown): Signed<unknown>;
  verify(signed: Signed<unknown>): boolean;
  /** Absent when nobody listens: then no text is made. */
  readonly note?: ((path: string, text: string, detail: readonly unknown[]) => void) | undefined;
  /** Hears every request and indication at every port inside the node; absent when nobody listens. */
  readonly observe?:
    | ((kind: "request" | "indication", path: string, name: string, args: readonly unknown[]) => void)
    | undefined;
}
