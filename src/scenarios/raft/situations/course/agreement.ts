import {
  allCatchUp,
  bytesAtMost,
  nothingCommitted,
  oneLeaderAt,
  refusalsAtMost,
  termStays,
} from "./course-properties.ts";
import { cut, type Lesson, others, readAt, writes } from "./lesson.ts";

const all3 = others(3);
const all5 = others(5);
const large = "x".repeat(5_000);

/** Lessons on agreement. */
export const agreementLessons: readonly Lesson[] = [
  {
    name: "basic-agree",
    title: "What the leader is given everybody has in the end",
    servers: 3,
    windowMs: 500,
    workload: [writes(0, 250, 3), readAt(2, 450)],
    properties: [termStays(220), allCatchUp],
  },
  {
    name: "rpc-bytes",
    title: "Each command goes to each follower once",
    servers: 3,
    windowMs: 800,
    workload: [writes(0, 250, 10, 0, large), readAt(2, 700)],
    properties: [allCatchUp, bytesAtMost(2 * 10 * (large.length + 10))],
  },
  {
    name: "follower-failure",
    title: "One follower of two is enough, none is not",
    servers: 3,
    plan: [cut(3, [2], 300, 1_200), cut(3, [1], 700, 1_200)],
    windowMs: 1_200,
    workload: [writes(0, 350, 3), writes(1, 900, 1), readAt(2, 1_250)],
    properties: [nothingCommitted({ from: 760, to: 1_190 }), allCatchUp],
  },
  {
    name: "leader-failure",
    title: "The leader is replaced, its successor cannot be",
    servers: 3,
    plan: [cut(3, [0], 300, 1_500), cut(3, [1], 1_000, 1_500)],
    windowMs: 1_500,
    workload: [writes(1, 550, 2), writes(2, 1_100, 1), readAt(0, 1_550)],
    properties: [oneLeaderAt([{ at: 990, among: [1, 2] }]), nothingCommitted({ from: 1_060, to: 1_490 }), allCatchUp],
  },
  {
    name: "fail-agree",
    title: "A follower that was away gets what it missed",
    servers: 3,
    plan: [cut(3, [2], 300, 800)],
    windowMs: 900,
    workload: [writes(0, 200, 15, 50), readAt(2, 850)],
    properties: [allCatchUp],
  },
  {
    name: "fail-no-agree",
    title: "A leader with one follower of four commits nothing",
    servers: 5,
    plan: [cut(5, [2], 300, 900), cut(5, [3], 300, 900), cut(5, [4], 300, 900)],
    windowMs: 900,
    workload: [writes(0, 250, 1), writes(1, 400, 1), readAt(4, 950)],
    properties: [nothingCommitted({ from: 360, to: 890 }), allCatchUp],
  },
  {
    name: "concurrent-starts",
    title: "Commands of the same time all get a place",
    servers: 5,
    windowMs: 700,
    workload: all5.map((node) => writes(node, 300, 3)),
    properties: [termStays(280), allCatchUp],
  },
  {
    name: "rejoin",
    title: "Entries that only a former leader has are given up",
    servers: 3,
    plan: [cut(3, [0], 300, 1_000), cut(3, [1], 1_100, 1_800)],
    windowMs: 2_000,
    workload: [writes(0, 320, 2), writes(1, 550, 3), writes(2, 1_600, 2)],
    properties: [
      oneLeaderAt([
        { at: 990, among: [1, 2] },
        { at: 1_790, among: [0, 2] },
        { at: 1_990, among: all3 },
      ]),
      allCatchUp,
    ],
    marks: ["cuts entries that conflict"],
  },
  {
    name: "backup",
    title: "Where logs part is found in a few steps",
    servers: 5,
    plan: [cut(5, [0, 1], 300, 900), cut(5, [2, 3], 900, 1_500)],
    windowMs: 1_600,
    workload: [writes(0, 305, 1), writes(2, 550, 30), writes(4, 1_200, 30)],
    // The leader that is cut off goes on appending, every two milliseconds the same once more.
    register: { retryMs: 2 },
    properties: [refusalsAtMost({ from: 0, to: 10_000 }, 8), allCatchUp],
    marks: ["cuts entries that conflict"],
  },
];
