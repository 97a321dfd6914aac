import { describe, expect, it } from "vitest";
import { type ManualHost, manualHost } from "../../../../test/support/manual-host.ts";
import { network, stack } from "../../../model/index.ts";
import { bareSessions } from "../../../scenarios/raft/bare-sessions.ts";
import type { InstallSnapshot, RaftMessage } from "./messages.ts";
import { raft } from "./raft.ts";
import type { RaftOptions } from "./raft-options.ts";
import type { RaftRules } from "./raft-rules.ts";
import type { RaftState } from "./raft-state.ts";
import { chained, checksumOf } from "./snapshot-store.ts";

type Message = RaftMessage<string, string>;

/** Server 0 of three; what it says is collected. */
const server = (options: RaftOptions<string> = {}, incarnation = 0): ManualHost => {
  const host = manualHost(
    stack(raft<string, string>(options), { sessions: stack(bareSessions(), { links: network("raft") }) }),
    { incarnation },
  );
  host.machine.boot();
  sync(host);
  return host;
};

const sync = (host: ManualHost): void => {
  host.machine.settle();
  const position = host.frames.splice(0).at(-1)?.position;
  if (position !== undefined) host.gate.advance(position);
  for (const { instance, name, args } of host.notices.splice(0)) host.machine.durable(instance, name, args);
};

const hear = (host: ManualHost, from: number, message: Message): readonly Message[] => {
  host.messages.length = 0;
  host.deliver("raft", from, message);
  sync(host);
  return host.messages.map(({ body }) => body as Message);
};

const entries = (...terms: readonly number[]) =>
  terms.map((term) => ({ kind: "command", term, command: `c${term}` }) as const);

const append = (term: number, prevLogIndex: number, prevLogTerm: number, terms: readonly number[], leaderCommit = 0) =>
  ({
    kind: "AppendEntries",
    term,
    prevLogIndex,
    prevLogTerm,
    entries: entries(...terms),
    leaderCommit,
    round: 0,
  }) as const;

const answersOf = (host: ManualHost, name: string) =>
  host.answers.filter((answer) => answer.name === name).map(({ args }) => args);

describe("a follower's log", () => {
  it("keeps what a late, shorter message does not mention", () => {
    const host = server();
    hear(host, 1, append(1, 0, 0, [1, 1, 1]));
    expect(hear(host, 1, append(1, 0, 0, [1]))).toMatchObject([{ success: true, matchIndex: 1 }]);
    expect(hear(host, 1, append(1, 3, 1, [1]))).toMatchObject([{ success: true, matchIndex: 4 }]);
  });

  it("commits no further than the message vouches for", () => {
    const host = server();
    hear(host, 1, append(1, 0, 0, [1, 1, 1]));
    hear(host, 1, append(1, 0, 0, [1], 3));
    expect(answersOf(host, "committed").map(([index]) => index)).toEqual([1]);
  });

  it("says in one refusal how far back the logs can match", () => {
    const host = server();
    hear(host, 1, append(3, 0, 0, [1, 1, 2, 2, 2, 3]));
    // The other log has term 1 at index 6: above index 2 nothing of this one is as old.
    expect(hear(host, 1, append(4, 6, 1, []))).toMatchObject([{ success: false, hintIndex: 2, hintTerm: 1 }]);
  });

  it("answers only when what it stored is durable", () => {
    const host = server();
    host.messages.length = 0;
    host.deliver("raft", 1, append(1, 0, 0, [1]));
    expect(host.messages).toEqual([]);
    sync(host);
    expect(host.messages.map(({ body }) => (body as Message).kind)).toEqual(["AppendEntriesReply"]);
  });
});

const snapshotOf = (chunks: readonly string[], lastIncludedIndex: number) => {
  const checked = chunks.map((chunk) => ({ chunk, checksum: checksumOf(chunk) }));
  const head = {
    lastIncludedIndex,
    lastIncludedTerm: 1,
    configuration: { voters: [0, 1, 2], votersOutgoing: [], learners: [] },
    chunks: chunks.length,
    checksum: checked.reduce((sum, { checksum }) => chained(sum, checksum), 0),
  };
  return checked.map((one, number) => ({ kind: "InstallSnapshot", term: 1, head, number, checked: one }) as const);
};

describe("a snapshot that comes in chunks", () => {
  const [first, second, third] = snapshotOf(["a", "b", "c"], 7) as readonly Message[] as readonly [
    Message,
    Message,
    Message,
  ];

  it("goes on with the chunk that is missing, whatever comes in between", () => {
    const host = server();
    expect(hear(host, 1, first)).toMatchObject([{ kind: "InstallSnapshotReply", next: 1 }]);
    expect(hear(host, 1, third)).toMatchObject([{ next: 1 }]);
    expect(hear(host, 1, second)).toMatchObject([{ next: 2 }]);
    expect(hear(host, 1, third)).toMatchObject([{ kind: "AppendEntriesReply", success: true, matchIndex: 7 }]);
  });

  it("refuses a chunk that is not what its checksum says, and takes the right one", () => {
    const host = server();
    hear(host, 1, first);
    const damaged = { ...second, checked: { chunk: "B", checksum: checksumOf("b") } } as InstallSnapshot<string>;
    expect(hear(host, 1, damaged)).toMatchObject([{ kind: "InstallSnapshotReply", next: 1 }]);
    expect(hear(host, 1, second)).toMatchObject([{ next: 2 }]);
  });

  it("is begun anew where the chunks are not those of one snapshot", () => {
    const host = server();
    hear(host, 1, first);
    hear(host, 1, { ...second, checked: { chunk: "B", checksum: checksumOf("B") } } as InstallSnapshot<string>);
    expect(hear(host, 1, third)).toMatchObject([{ kind: "InstallSnapshotReply", next: 0 }]);
  });

  it("is not installed where as much is committed already", () => {
    const host = server();
    hear(host, 1, append(1, 0, 0, [1, 1, 1, 1, 1, 1, 1, 1], 8));
    expect(hear(host, 1, first)).toMatchObject([{ kind: "AppendEntriesReply", success: true, matchIndex: 8 }]);
    expect(answersOf(host, "restored")).toEqual([]);
  });
});

describe("a leader", () => {
  const leader = (options: RaftOptions<string> = {}): ManualHost => {
    const host = server(options);
    const stand = host.machine.at("")!.timers.get("election")!;
    stand.armed = false;
    host.machine.fire(stand);
    sync(host);
    hear(host, 1, { kind: "RequestPreVoteReply", term: 1, voteGranted: true });
    hear(host, 1, { kind: "RequestVoteReply", term: 1, voteGranted: true });
    return host;
  };

  it("refuses what comes when as much waits as may wait", () => {
    const host = leader({ tailEntriesMax: 3 });
    for (let id = 1; id <= 3; id++) host.machine.request("propose", [id, "x"]);
    sync(host);
    expect(answersOf(host, "appended").map(([id]) => id)).toEqual([1, 2]);
    expect(answersOf(host, "refused")).toEqual([[3, "overloaded", 0]]);
  });

  it("takes no proposals while it hands over, and takes them again when that takes too long", () => {
    const host = leader();
    host.machine.request("transferLeadership", [1, 2]);
    host.machine.request("propose", [2, "x"]);
    expect(answersOf(host, "refused")).toEqual([[2, "transferring", 2]]);
    host.machine.fire(host.machine.at("")!.timers.get("transfer")!);
    host.machine.request("propose", [3, "x"]);
    sync(host);
    expect(answersOf(host, "refused").at(-1)).toEqual([1, "lags", 0]);
    expect(answersOf(host, "appended").map(([id]) => id)).toEqual([3]);
  });

  it("sends entries before its own disk has them, and does not count itself before", () => {
    const host = leader();
    const reply = { kind: "AppendEntriesReply", term: 1, success: true, hintIndex: 0, hintTerm: 0, round: 0 } as const;
    hear(host, 1, { ...reply, matchIndex: 1 });
    hear(host, 2, { ...reply, matchIndex: 1 });
    host.machine.request("propose", [1, "x"]);
    host.messages.length = 0;
    host.machine.settle();
    expect(host.messages.map(({ to }) => to)).toEqual([1, 2]);
    host.deliver("raft", 1, { ...reply, matchIndex: 2 });
    const commitIndex = () => (host.machine.at("")!.state as RaftState).commitIndex;
    // Index 1 it had stored before; of index 2 only the other one has said so.
    expect(commitIndex()).toBe(1);
    sync(host);
    expect(commitIndex()).toBe(2);
  });

  it("finds a follower again that lost all that was under way to it, though the log begins after that", () => {
    const host = leader({ inflightMessagesMax: 1, entriesKept: 0 });
    const accepts = (from: number, matchIndex: number) => {
      const reply = { term: 1, success: true, matchIndex, hintIndex: 0, hintTerm: 0, round: 0 } as const;
      hear(host, from, { kind: "AppendEntriesReply", ...reply });
    };
    for (const from of [1, 2]) accepts(from, 1);
    for (const index of [2, 3]) {
      host.machine.request("propose", [index, "x"]);
      sync(host);
      accepts(1, index);
    }
    host.machine.request("saveSnapshot", [3, 0, "xx", true]);
    sync(host);
    host.messages.length = 0;
    host.machine.fire(host.machine.at("")!.timers.get("heartbeat")!);
    sync(host);
    // What server 2 lacks is gone: it hears who leads, and agrees.
    accepts(2, 0);
    expect(host.messages.filter(({ to }) => to === 2).map(({ body }) => (body as Message).kind)).toContain(
      "InstallSnapshot",
    );
  });

  it("tells what is committed at once, or with the next heartbeat where that is to cost nothing", () => {
    const toldWith = (commitPatienceMs: number | null) => {
      const host = leader({ commitPatienceMs });
      const reply = {
        kind: "AppendEntriesReply",
        term: 1,
        success: true,
        hintIndex: 0,
        hintTerm: 0,
        round: 0,
      } as const;
      const commitsTold = (said: readonly Message[]) =>
        said.map((message) => (message.kind === "AppendEntries" ? message.leaderCommit : message.kind));
      const atOnce = commitsTold([1, 2].flatMap((from) => hear(host, from, { ...reply, matchIndex: 1 })));
      host.messages.length = 0;
      host.machine.fire(host.machine.at("")!.timers.get("heartbeat")!);
      sync(host);
      return { atOnce, later: commitsTold(host.messages.map(({ body }) => body as Message)) };
    };
    expect(toldWith(0)).toEqual({ atOnce: [1, 1], later: [1, 1] });
    expect(toldWith(null)).toEqual({ atOnce: [], later: [1, 1] });
  });

  it("that has nothing to send does not ask to be told when nothing more is at hand (D12)", () => {
    const host = leader();
    const wantedBy = (act: () => void) => {
      const before = host.settledWanted;
      act();
      return host.settledWanted - before;
    };
    const reply = { kind: "AppendEntriesReply", term: 1, success: true, hintIndex: 0, hintTerm: 0, round: 0 } as const;
    const answered = { ...reply, matchIndex: 1 };
    expect(wantedBy(() => host.deliver("raft", 1, answered))).toBe(1);
    sync(host);
    hear(host, 2, answered);
    expect(wantedBy(() => host.deliver("raft", 2, answered))).toBe(0);
    expect(wantedBy(() => host.machine.request("propose", [1, "x"]))).toBe(1);
  });

  it("steps down when it heard of no quorum for two checks (raft/R13)", () => {
    const roleWith = (rules: Partial<RaftRules>) => {
      const host = leader({ rules });
      for (let check = 0; check < 2; check++) host.machine.fire(host.machine.at("")!.timers.get("quorum")!);
      return (host.machine.at("")!.state as RaftState).role;
    };
    expect(roleWith({})).toBe("follower");
    expect(roleWith({ checksQuorum: () => false })).toBe("leader");
  });

  it("whose disk is stuck names a successor, without waiting for that disk", () => {
    const host = leader();
    host.machine.request("propose", [1, "x"]);
    host.machine.settle();
    host.messages.length = 0;
    host.machine.fire(host.machine.at("")!.timers.get("disk")!);
    expect(host.messages.map(({ body }) => (body as Message).kind)).toEqual(["TimeoutNow"]);
    expect((host.machine.at("")!.state as RaftState).role).toBe("follower");
  });
});

describe("bugs that random runs seldom show, with the rule and without it", () => {
  it("snapshot/S1: a snapshot older than what was applied takes the state back", () => {
    const restoredWith = (rules: Partial<RaftRules>) => {
      const host = server({ rules });
      hear(host, 1, append(1, 0, 0, [1, 1, 1, 1, 1, 1, 1, 1], 8));
      for (const chunk of snapshotOf(["a"], 7)) hear(host, 1, chunk);
      host.machine.fire(host.machine.at("")!.timers.get("apply") ?? host.machine.at("")!.timers.get("silence")!);
      sync(host);
      return answersOf(host, "restored").map(([index]) => index);
    };
    expect(restoredWith({})).toEqual([]);
    expect(restoredWith({ installs: () => true })).toEqual([7]);
  });

  it("reads/L8: the answer to a question of an earlier life is as old as the question", () => {
    const readiesWith = (rules: Partial<RaftRules>) => {
      const host = server({ rules }, 1);
      hear(host, 1, append(1, 0, 0, [1, 1, 1], 1));
      host.machine.request("read", [9]);
      sync(host);
      const serial = 1;
      hear(host, 1, { kind: "ReadIndexReply", term: 1, incarnation: 0, serial, readIndex: 1 });
      return answersOf(host, "readReady");
    };
    expect(readiesWith({})).toEqual([]);
    expect(readiesWith({ isOwnRead: () => true })).toEqual([[9, 1]]);
  });

  it("membership/M6: an entry that is cut takes its configuration with it", () => {
    const votersWith = (rules: Partial<RaftRules>) => {
      const host = server({ rules });
      const configuration = { voters: [0], votersOutgoing: [], learners: [] };
      const withMembers = { ...append(1, 0, 0, []), entries: [{ kind: "configuration", term: 1, configuration }] };
      hear(host, 1, withMembers as Message);
      hear(host, 2, append(2, 0, 0, [2]));
      return (host.machine.at("")!.state as RaftState).configurations.at(-1)!.configuration.voters;
    };
    expect(votersWith({})).toEqual([0, 1, 2]);
    expect(votersWith({ rollsBackConfiguration: () => false })).toEqual([0]);
  });

  it("raft/R20: an answer of an earlier term is about entries that may be gone", () => {
    const commitWith = (rules: Partial<RaftRules>) => {
      const host = server({ rules });
      hear(host, 1, append(4, 0, 0, [4]));
      for (const timer of ["silence", "election"]) host.machine.fire(host.machine.at("")!.timers.get(timer)!);
      sync(host);
      hear(host, 1, { kind: "RequestPreVoteReply", term: 5, voteGranted: true });
      hear(host, 1, { kind: "RequestVoteReply", term: 5, voteGranted: true });
      const late = { kind: "AppendEntriesReply", term: 4, success: true, matchIndex: 2 } as const;
      hear(host, 2, { ...late, hintIndex: 0, hintTerm: 0, round: 0 });
      return (host.machine.at("")!.state as RaftState).commitIndex;
    };
    expect(commitWith({})).toBe(0);
    expect(commitWith({ countsReply: () => true })).toBe(2);
  });

  it("raft/R12: who follows a leader votes for nobody else, but for whom the leader sent", () => {
    const votesWith = (isTransfer: boolean, rules: Partial<RaftRules> = {}) => {
      const host = server({ rules });
      hear(host, 1, append(1, 0, 0, []));
      return hear(host, 2, { kind: "RequestVote", term: 2, lastLogIndex: 0, lastLogTerm: 0, isTransfer });
    };
    expect(votesWith(false)).toEqual([]);
    expect(votesWith(true)).toMatchObject([{ kind: "RequestVoteReply", voteGranted: true }]);
    expect(votesWith(true, { mayVote: ({ isLoyal }) => !isLoyal })).toEqual([]);
  });
});
