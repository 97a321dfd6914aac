import { describe, expect, it } from "vitest";
import { logOfOne } from "../../../test/support/log-of-one.ts";
import { appliedAtMostOnce, outcomesAreTrue, properties } from "../../check/index.ts";
import { type ExploreOptions, explore } from "../../explore/index.ts";
import {
  replicatedService,
  type ServiceMessage,
  type ServiceOptions,
  type StateMachine,
} from "../../machines/index.ts";
import { among, type Bound, network, type Sessions, stack } from "../../model/index.ts";
import { type Call, prepare, scenario } from "../../simulate/index.ts";
import { bareSessions } from "../raft/bare-sessions.ts";
import { linearizableService } from "./linearizable-service.ts";

/** Less than a session link: what is sent may be lost, and come twice, and nobody is told. */
const bareLinks = <M>(): Bound<Sessions<M>> => stack(bareSessions<M>(), { links: network("service") });

const text: StateMachine<{ text: string }, string, string, null, string> = {
  name: "text",
  version: 1,
  init: () => ({ text: "" }),
  apply(state, more) {
    state.text += more;
    return state.text;
  },
  query: (state) => state.text,
};

const appendAppendGet: readonly Call[] = [
  { request: "execute", args: [1, "x"], until: ["outcome"] },
  { request: "execute", args: [2, "y"], until: ["outcome"] },
  { request: "query", args: [3, null, "linearizable"], until: ["result"] },
];

const exhausted = (settings: ServiceOptions, options: ExploreOptions, calls = appendAppendGet) => {
  const service = replicatedService(text, {
    client: { timeoutMs: 1e9, retryMs: 10 },
    hashEvery: 1e9,
    ...settings,
    replica: { tells: true, passMs: 1e9, countMs: 1e9, snapshotEvery: 1e9, ...settings.replica },
  });
  type Message = ServiceMessage<string, null, string>;
  const prepared = prepare(
    scenario({
      id: "service/one-replica",
      rows: [52],
      title: "One client, one replica: append, append, get",
      model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
      parameters: {},
      setup: () => ({
        processes: [
          { name: "replica", stack: service.server(among([0], stack(logOfOne(), {})), bareLinks<Message>()) },
          { name: "client", stack: service.client([0], bareLinks<Message>()) },
        ],
        workload: () => [{ node: 1, calls }],
        properties:
          calls === appendAppendGet
            ? properties(linearizableService(text), appliedAtMostOnce())
            : properties(appliedAtMostOnce(), outcomesAreTrue()),
      }),
    }),
  );
  return explore(prepared, options);
};

describe("B36, DSLabs lab 1: append, append, get, in every order of what is late, lost and sent again", () => {
  const once: ExploreOptions = { network: "multiset", lossesMax: 1, timeoutsMax: 2 };

  it("is linearizable where replicas remember what they applied", () => {
    const result = exhausted({}, once);
    // Nothing was left out: these are all states that there are.
    expect(result.cut).toBe(null);
    expect(result.distinct).toBeGreaterThan(1_000);
    expect(result.verdicts.map(({ property, verdict }) => [property, verdict])).toEqual([
      ["LIN", "holds"],
      ["AMO1", "holds"],
    ]);
  });

  it("is not where they do not", () => {
    const result = exhausted({ rules: { remembers: () => false } }, once);
    expect(result.verdicts.map(({ property, verdict }) => [property, verdict])).toEqual([
      ["LIN", "violated"],
      ["AMO1", "violated"],
    ]);
  });

  it("needs links that double nothing: the copy of a refused command is not the last one at large", () => {
    // No more than is needed: whatever comes twice may come any number of times, and wait at the replica as often.
    const bounds: ServiceOptions = { limits: { sessionsMax: 1 }, replica: { waitingMax: 1 } };
    const one = appendAppendGet.slice(0, 1);
    const result = exhausted(bounds, { network: "set", timeoutsMax: 1, first: "AMO1" }, one);
    expect(result.verdicts.find(({ property }) => property === "AMO1")?.verdict).toBe("violated");
  });
});

describe("commands that a client makes before it hears the end of those before, and that move to a new session", () => {
  it("are told truly, in whatever order they arrive: a number is done only when its command is", () => {
    const calls: readonly Call[] = ["x", "y", "z"].map((more, at) => ({ request: "execute", args: [at + 1, more] }));
    const result = exhausted(
      { limits: { expiryMs: 1, commandsMax: 2 }, replica: { passMs: 10, countMs: 10 } },
      { network: "multiset", timeoutsMax: 1 },
      calls,
    );
    expect(result.cut).toBe(null);
    expect(result.verdicts.map(({ property, verdict }) => [property, verdict])).toEqual([
      ["AMO1", "holds"],
      ["OUT1", "holds"],
    ]);
  });
});
