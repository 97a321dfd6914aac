import type { Bound, Port } from "../../model/index.ts";
import type { Process, Setup } from "../../simulate/index.ts";

/** So many processes with the same stack, of which nobody asks anything: detectors work by themselves. */
export const watching = <P extends Port>(n: number, stack: Bound<P>): Pick<Setup, "processes" | "workload"> => ({
  processes: Array.from({ length: n }, (_, node): Process => ({ name: `p${node + 1}`, stack })),
  workload: () => [],
});

/**
 * Time enough for the timeouts to pass the bound. With steps of 40 ms the drawn bounds (round trips of at most 20, 38, 56
 * or 74 ms) are met by the first timeout or missed by far: where a bound is missed by a hair, the delay that shows it is
 * rare, and the last mistake comes after any patience: with steps of 30 ms 8 of 500 runs of the detector still err in
 * their last half second. That is no fault of the detector, and the simulator says that patience was too short.
 */
export const timing: Pick<Setup, "windowMs" | "patienceMs" | "dials"> = {
  windowMs: 200,
  patienceMs: 2_200,
  dials: { boundFactorMax: 5, gstMs: 300 },
};

/** How long before the end of a run nobody may err any more, in milliseconds. */
export const calmMs = 500;
