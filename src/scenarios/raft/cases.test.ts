import { describe, expect, it } from "vitest";
import { RaftByHand } from "../../../test/support/raft-by-hand.ts";
import { figure2Rules, hasQuorum, majorityAmong, type RaftOptions, type RaftRules } from "../../protocols/index.ts";
import { perform, raftSituations } from "./situations/index.ts";
import { oneAtATime } from "./situations/single-server.ts";

const [s1, s2, s3, s4, s5] = [0, 1, 2, 3, 4] as const;

/** Servers of which the first leads, with an entry of its term committed everywhere. */
const ledByS1 = (n: number, options: RaftOptions<string>): RaftByHand => {
  const servers = new RaftByHand(n, options);
  const others = Array.from({ length: n - 1 }, (_, at) => at + 1);
  servers.elect(s1, others);
  servers.fire(s1, "heartbeat");
  servers.exchange([s1, ...others]);
  return servers;
};

describe("B33: a deposed leader is asked for a read", () => {
  const readAtOldLeader = (rules: Partial<RaftRules>) => {
    const servers = ledByS1(3, { rules: { ...figure2Rules, ...rules } });
    servers.elect(s2, [s3]);
    servers.request(s2, "propose", 1, "new");
    servers.fire(s2, "heartbeat");
    servers.exchange([s2, s3]);
    const newest = Math.max(...servers.committed.map(({ index }) => index));
    servers.request(s1, "read", 7);
    return { newest, answers: servers.answers(s1, "readReady") };
  };

  it("it asks the others, and answers nothing without them", () => {
    expect(readAtOldLeader({}).answers).toEqual([]);
  });

  it("answered from its own state the read is stale", () => {
    const { newest, answers } = readAtOldLeader({ readsAskQuorum: () => false });
    expect(answers.map(([id]) => id)).toEqual([7]);
    expect(answers[0]![1]).toBeLessThan(newest);
  });
});

describe("B34: single-server changes in their three forms, as plays", () => {
  const forms = ["add-and-remove", "two-adds", "two-removes"];
  const played = (name: string) => perform(raftSituations.find((one) => one.name === name)!);

  it.each(forms)("%s: as published, what one majority committed another one overwrites", (form) => {
    const { violations, wrong } = played(`single-server-${form}-as-published`);
    expect(violations.map(({ property }) => property)).toEqual(["LeaderCompleteness", "StateMachineSafety"]);
    expect(wrong).toEqual([]);
  });

  it.each(forms)("%s: a leader that waits for an entry of its term is safe", (form) => {
    const { violations, wrong } = played(`single-server-${form}`);
    expect([...violations, ...wrong]).toEqual([]);
  });
});

describe("B34: one added and one removed, message by message", () => {
  /** S1 adds S5 in term 1, which reaches S5 only; S2 leads in term 2 of S2 to S4, and is to remove S1. */
  const addedAndRemoved = (rules: Partial<RaftRules>): RaftByHand => {
    const servers = ledByS1(5, { rules: { ...oneAtATime, ...rules }, voters: [s1, s2, s3, s4] });
    servers.request(s1, "changeMembers", 1, { voters: [s5] });
    for (let message = 0; message < 100 && servers.terms(s1).length < 3; message++)
      servers.exchange([s1, s2, s3, s4, s5], null, 1);
    servers.exchange([s1, s5], ["AppendEntries"]);
    expect(servers.terms(s5).length).toBe(3);
    servers.elect(s2, [s3, s4]);
    servers.request(s2, "changeMembers", 2, { removed: [s1] });
    return servers;
  };

  it("a leader that committed nothing in its term refuses", () => {
    const servers = addedAndRemoved({});
    expect(servers.answers(s2, "refused")).toEqual([[2, "too early", s2]]);
  });

  it("one that does not wait commits with two servers, and the other three overwrite it", () => {
    const servers = addedAndRemoved({ mayChangeMembers: () => true });
    servers.fire(s2, "heartbeat");
    servers.exchange([s2, s3]);
    servers.elect(s1, [s4, s5]);
    if (servers.terms(s1).length < 4) servers.elect(s1, [s4, s5]);
    servers.fire(s1, "heartbeat");
    servers.exchange([s1, s4, s5]);
    const terms = servers.committed.filter(({ index }) => index === 3).map(({ term }) => term);
    expect(new Set(terms)).toEqual(new Set([1, 2]));
  });

  it("by joint consensus two of the four old voters commit nothing", () => {
    const servers = addedAndRemoved({ goesJoint: () => true, mayChangeMembers: () => true });
    servers.fire(s2, "heartbeat");
    servers.exchange([s2, s3]);
    const terms = servers.committed.filter(({ index }) => index >= 3).map(({ term }) => term);
    expect(terms).toEqual([]);
  });
});

describe("B35: a server that was cut off comes back", () => {
  const rejoin = (rules: Partial<RaftRules>) => {
    const servers = ledByS1(3, { rules });
    for (let round = 0; round < 5; round++) servers.elect(s3, []);
    servers.elect(s3, [s1, s2]);
    servers.fire(s1, "heartbeat");
    servers.exchange([s1, s2, s3]);
    return servers.answers(s1, "leadership").at(-1);
  };

  it("with terms of its own: the leader steps down", () => {
    expect(rejoin(figure2Rules)?.[0]).toBe("follower");
  });

  it("having asked first whether it could win: nobody is disturbed", () => {
    expect(rejoin({})).toEqual(["leader", 1, s1]);
  });
});

describe("membership/M5: old and new voters that share one server", () => {
  /** S1 to S3 vote; S1 changes that to S3 to S5, who hear of it, while S2 and S3 elect S2. What is committed at index 3? */
  const termsAtIndex3 = (rules: Partial<RaftRules>) => {
    const servers = ledByS1(5, { rules: { ...figure2Rules, ...rules }, voters: [s1, s2, s3] });
    servers.request(s1, "changeMembers", 1, { voters: [s4, s5], removed: [s1, s2] });
    for (let message = 0; message < 100 && servers.terms(s1).length < 3; message++)
      servers.exchange([s1, s2, s3, s4, s5], null, 1);
    servers.fire(s1, "heartbeat");
    servers.exchange([s1, s4, s5]);
    servers.elect(s2, [s3]);
    servers.fire(s2, "heartbeat");
    servers.exchange([s2, s3]);
    return new Set(servers.committed.filter(({ index }) => index === 3).map(({ term }) => term));
  };

  it("both majorities must agree: only what the old voters hold is committed", () => {
    expect(termsAtIndex3({})).toEqual(new Set([2]));
  });

  it("where the new voters are enough, each side commits its own", () => {
    const oneMajority: Partial<RaftRules> = {
      hasQuorum: (configuration, agrees) => hasQuorum({ ...configuration, votersOutgoing: [] }, agrees),
      heldByQuorum: ({ voters }, matchIndex) => majorityAmong(voters, matchIndex),
    };
    expect(termsAtIndex3(oneMajority)).toEqual(new Set([1, 2]));
  });
});
