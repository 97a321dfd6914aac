import { allCatchUp, allVote, logAtMost, oneLeaderAt } from "./course-properties.ts";
import { crash, cut, type Lesson, others, readAt, wantsVoters, writes } from "./lesson.ts";

const all3 = others(3);
const all5 = others(5);

/** Lessons on crashes, and on networks that lose, repeat and delay. */
export const failureLessons: readonly Lesson[] = [
  {
    name: "persist-1",
    title: "All crash, then one after the other; nothing is lost",
    servers: 3,
    plan: [
      ...all3.map((node) => crash(node, 400, 450)),
      crash(0, 700, 800),
      crash(1, 900, 1_000),
      crash(2, 1_100, 1_200),
    ],
    windowMs: 1_300,
    workload: [writes(0, 250, 6, 100), readAt(1, 500), readAt(2, 1_250)],
    properties: [allCatchUp],
  },
  {
    name: "persist-2",
    title: "Minorities crash in turn, and once everybody",
    servers: 5,
    plan: [
      ...[1, 2].map((node) => crash(node, 300, 600)),
      ...[0, 3, 4].map((node) => crash(node, 700, 1_000)),
      ...all5.map((node) => crash(node, 1_300, 1_350)),
    ],
    windowMs: 1_500,
    workload: [writes(0, 250, 5, 100), writes(2, 300, 5, 100), readAt(4, 1_450)],
    properties: [allCatchUp],
  },
  {
    name: "persist-3",
    title: "The leader never comes back, and two followers go on",
    servers: 3,
    plan: [cut(3, [2], 300, 700), crash(0, 500, 1_300), crash(1, 500, 600)],
    windowMs: 1_400,
    workload: [writes(0, 250, 3, 50), writes(2, 800, 3), readAt(1, 1_000)],
    properties: [oneLeaderAt([{ at: 1_290, among: [1, 2] }]), allCatchUp],
  },
  {
    name: "figure-8",
    title: "Leaders crash after they append; what is committed stays",
    servers: 5,
    faults: { crashes: 14 },
    windowMs: 1_500,
    workload: all5.map((node) => writes(node, 150, 8, 60)),
    options: { electionTimeoutMs: 50 },
    properties: [allCatchUp],
  },
  {
    name: "unreliable-agree",
    title: "All is agreed on though messages get lost",
    servers: 5,
    isUnreliable: true,
    windowMs: 1_000,
    workload: all5.map((node) => writes(node, 300, 5)),
    properties: [allCatchUp],
  },
  {
    name: "figure-8-unreliable",
    title: "Leaders are cut off and crash on such a network",
    servers: 5,
    isUnreliable: true,
    faults: { crashes: 6, partitions: 6 },
    windowMs: 2_000,
    workload: all5.map((node) => writes(node, 200, 6, 60)),
    properties: [allCatchUp],
  },
  {
    name: "reliable-churn",
    title: "Servers come and go while everybody writes",
    servers: 5,
    faults: { crashes: 8, partitions: 4 },
    windowMs: 1_500,
    workload: all5.map((node) => writes(node, 150, 10, 20)),
    properties: [allCatchUp],
  },
  {
    name: "unreliable-churn",
    title: "The same, and messages get lost",
    servers: 5,
    isUnreliable: true,
    faults: { crashes: 8, partitions: 4 },
    windowMs: 2_000,
    workload: all5.map((node) => writes(node, 200, 6, 20)),
    properties: [allCatchUp],
  },
];

const snapshots = { snapshotEvery: 5, chunkValues: 4 } as const;
const short = { entriesKept: 0, entriesKeptInTransfer: 10 } as const;

/** What three servers with short logs are asked for, whoever is away meanwhile. */
const shortLogs = { servers: 3, register: snapshots, options: short, properties: [allCatchUp] } as const;

/** A follower is away, and what it misses is in no log any more. */
const missing = (from: number, until: number, count: number): Omit<Lesson, "name" | "title" | "plan"> => ({
  ...shortLogs,
  windowMs: until + 100,
  workload: [writes(0, from + 10, count), readAt(2, until + 80)],
  marks: ["sends a snapshot", "installs a snapshot"],
});

const cutOff = (from: number, until: number) => [cut(3, [2], from, until)];
const crashed = (from: number, until: number) => [crash(2, from, until)];

/** Where messages get lost there is more time and less to do. */
const installLessons: readonly Lesson[] = [
  {
    name: "snapshot-install",
    title: "A follower that was away gets a snapshot",
    plan: cutOff(300, 800),
    ...missing(300, 800, 30),
  },
  {
    name: "snapshot-install-unreliable",
    title: "The same, and messages get lost",
    isUnreliable: true,
    plan: cutOff(400, 1_200),
    ...missing(400, 1_200, 12),
  },
  {
    name: "snapshot-install-crash",
    title: "A follower that crashed gets a snapshot",
    plan: crashed(300, 800),
    ...missing(300, 800, 30),
  },
  {
    name: "snapshot-install-unreliable-crash",
    title: "The same, and messages get lost",
    isUnreliable: true,
    plan: crashed(400, 1_200),
    ...missing(400, 1_200, 12),
  },
];

/** Lessons on snapshots. */
export const snapshotLessons: readonly Lesson[] = [
  {
    ...shortLogs,
    name: "snapshot-basic",
    title: "The log stays short, whatever is written",
    windowMs: 1_000,
    workload: [writes(0, 250, 40), readAt(2, 900)],
    properties: [logAtMost(12), allCatchUp],
  },
  ...installLessons,
  {
    ...shortLogs,
    name: "snapshot-all-crash",
    title: "All crash, and go on from snapshot and log",
    plan: [...all3.map((node) => crash(node, 600, 650)), ...all3.map((node) => crash(node, 1_000, 1_050))],
    windowMs: 1_100,
    workload: [writes(0, 250, 20, 30), readAt(1, 700), readAt(2, 1_080)],
  },
  {
    ...shortLogs,
    name: "snapshot-init",
    title: "Who starts from a snapshot alone has everything",
    plan: all3.map((node) => crash(node, 600, 650)),
    windowMs: 700,
    workload: [writes(0, 250, 10), readAt(1, 680), readAt(2, 680)],
    register: { snapshotEvery: 1, chunkValues: 4 },
  },
];

/** A lesson that the course does not have: servers that are not there when they are made members. */
export const memberLessons: readonly Lesson[] = [
  {
    name: "late-members",
    title: "Two servers join that start later",
    servers: 5,
    late: { 3: 500, 4: 700 },
    windowMs: 1_000,
    // They are asked for before they are there; the operator goes on asking.
    workload: [wantsVoters(1, 300, [3, 4]), writes(0, 250, 12, 60), readAt(3, 400)],
    options: { catchUpMs: 150 },
    register: snapshots,
    properties: [allVote([0, 1, 2, 3, 4]), allCatchUp],
    marks: ["enters a joint configuration"],
  },
];
