import { describe, expect, it } from "vitest";
import type { Setup } from "../../simulate/index.ts";
import { neverStruck, withFaultsExercised } from "./declared-faults.ts";

const setup = (faults: NonNullable<Setup["faults"]>, plan: NonNullable<Setup["plan"]> = []): Setup => ({
  processes: [],
  workload: () => [],
  properties: [],
  faults,
  plan,
});
const asynchronous = { network: "reliable", nodes: "crash-stop", timing: "asynchronous" } as const;

describe("faults that a scenario declares", () => {
  it("are missed when they struck in no run", () => {
    const declared = setup({ crashes: 1, partitions: 1, forms: ["bridge"] }, [{ kind: "leap-second", at: 5 }]);
    expect(neverStruck(declared, asynchronous, new Map())).toEqual(["crash", "partition", "leap-second"]);
    const struck = new Map([
      ["crash", 1],
      ["full partition", 3],
      ["leap-second", 1],
    ]);
    expect(neverStruck(declared, asynchronous, struck)).toEqual(["partition"]);
    expect(neverStruck(declared, asynchronous, new Map([...struck, ["bridge partition", 1]]))).toEqual([]);
  });

  it("are not missed where the model forbids them", () => {
    const declared = setup({ partitions: 1, pauses: 1, fullDisks: 1, traitors: 1 });
    expect(neverStruck(declared, { ...asynchronous, timing: "synchronous" }, new Map())).toEqual([]);
    expect(neverStruck(declared, { ...asynchronous, nodes: "byzantine" }, new Map())).toContain("traitor");
  });

  it("leave nothing that holds: a verdict without them is unknown, a violation stays one", () => {
    const verdict = { kind: "safety", text: "", strength: { by: "seeds", runs: 1 }, exercised: 1 } as const;
    const verdicts = [
      { ...verdict, property: "A", verdict: "holds" },
      { ...verdict, property: "B", verdict: "violated" },
    ] as const;
    expect(withFaultsExercised(verdicts, []).map((one) => one.verdict)).toEqual(["holds", "violated"]);
    const [first, second] = withFaultsExercised(verdicts, ["crash", "pause"]);
    expect(first).toMatchObject({ verdict: "unknown", clause: "never exercised: no crash, no pause struck" });
    expect(second).toMatchObject({ verdict: "violated" });
  });
});
