import { describe, expect, it } from "vitest";
import { checkRecorded, type ObjectConsistency } from "./check-recorded.ts";
import { checkRecordedTransactions } from "./check-transactions.ts";
import { guessModel } from "./guess-model.ts";
import type { HistoryFormat } from "./history-event.ts";
import { HistoryFormatError } from "./history-format-error.ts";
import { historyModels } from "./history-models.ts";
import { readHistory } from "./recorded-history.ts";
import type { RecordedVerdict } from "./recorded-verdict.ts";

const lines = (...all: readonly string[]): string => `${all.join("\n")}\n`;

const verdictOf = (
  text: string,
  model: string = guessModel(readHistory(text)),
  consistency: ObjectConsistency = "linearizable",
): RecordedVerdict =>
  checkRecorded(readHistory(text), historyModels.find(({ name }) => name === model)!, { consistency });

const complaint = (text: string, model?: string, consistency?: ObjectConsistency): string => {
  try {
    verdictOf(text, model, consistency);
  } catch (thrown) {
    if (thrown instanceof HistoryFormatError) return thrown.message;
    throw thrown;
  }
  return "none";
};

const log = (...all: readonly string[]): string => lines(...all.map((line) => `INFO  jepsen.util - ${line}`));

describe("porcupine's logs of an etcd register", () => {
  const stale = log(
    "0\t:invoke\t:read\tnil",
    "1\t:invoke\t:write\t4",
    "0\t:ok\t:read\tnil",
    "1\t:ok\t:write\t4",
    "2 :invoke :cas [4 2]",
    "2 :fail :cas [4 2]",
  );

  it("a compare-and-set that failed must have met another value", () => {
    expect(readHistory(stale).format).toBe("porcupine-etcd");
    expect(verdictOf(stale)).toMatchObject({
      verdict: "violated",
      culprit: { operations: [{ line: 2 }, { line: 5 }] },
    });
    expect(verdictOf(stale.replaceAll("[4 2]", "[3 2]")).verdict).toBe("holds");
  });

  it("what timed out stays open; a read that failed says nothing", () => {
    const late = log(
      "0 :invoke :write 1",
      "0 :info :write :timed-out",
      "1 :invoke :read nil",
      "1 :fail :read :timed-out",
      "1 :invoke :read nil",
      "1 :ok :read nil",
      "1 :invoke :read nil",
      "1 :ok :read 1",
    );
    const { operations } = readHistory(late);
    expect(operations.map(({ outcome }) => outcome)).toEqual(["info", "unseen", "ok", "ok"]);
    expect(verdictOf(late).verdict).toBe("holds");
    expect(verdictOf(late + log("1 :invoke :read nil", "1 :ok :read nil")).verdict).toBe("violated");
  });

  it("each error says where and what was expected", () => {
    expect(complaint(`${stale}INFO something else\n`)).toMatch(
      /^line 7, column 1: expected a line such as .* found "INFO/,
    );
    expect(complaint(log("0 :invoke :swap 3"))).toMatch(/^line 1, column 31: unknown function "swap"/);
    expect(complaint(log("0 :invoke :cas 3"))).toMatch(/^line 1, column 36: expected two numbers such as \[3 0\]/);
    expect(complaint(log("0 :invoke :write 3", "0 :invoke :write 4"))).toMatch(/^line 2, .*call of line 1 is open/);
    expect(complaint(log("0 :ok :write 3"))).toMatch(/^line 1, .*has not called/);
  });
});

const kv = (process: number, type: string, f: string, key: string, value: string): string =>
  `{:process ${process}, :type :${type}, :f :${f}, :key "${key}", :value ${value}}`;

describe("porcupine's key-value histories", () => {
  const get = (process: number, value: string, ...between: readonly string[]): readonly string[] => [
    kv(process, "invoke", "get", "x", "nil"),
    ...between,
    kv(process, "ok", "get", "x", `"${value}"`),
  ];

  it("porcupine's README: concurrent reads in both orders, and a stale one", () => {
    const put = (type: string, value: string): string => kv(0, type, "put", "x", `"${value}"`);
    const both = lines(
      put("invoke", "100"),
      kv(2, "invoke", "get", "x", "nil"),
      ...get(1, "100"),
      kv(2, "ok", "get", "x", '""'),
      put("ok", "100"),
    );
    expect(readHistory(both).format).toBe("porcupine-kv");
    expect(verdictOf(both).verdict).toBe("holds");
    const stale = lines(put("invoke", "200"), ...get(1, "200"), ...get(2, ""), put("ok", "200"));
    expect(verdictOf(stale).verdict).toBe("violated");
  });

  it("B36: appends answer nothing, a get answers the text; a key begins as the empty text", () => {
    const append = (value: string): readonly string[] => [
      kv(0, "invoke", "append", "x", `"${value}"`),
      kv(0, "ok", "append", "x", `"${value}"`),
    ];
    expect(verdictOf(lines(...get(0, ""), ...append("a"), ...append("b"), ...get(0, "ab"))).verdict).toBe("holds");
    expect(verdictOf(lines(...append("a"), ...append("b"), ...get(0, "aab"))).verdict).toBe("violated");
  });
});

describe("Jepsen's and Knossos's EDN", () => {
  const register = [
    "; a comment",
    "{:process 0, :type :invoke, :f :write, :value 1, :time 10}",
    "{:process :nemesis, :type :info, :f :start, :value [:isolated {:n1 #{:n2}}]}",
    "#jepsen.history.Op{:index 1, :process 1, :type :invoke, :f :write, :value 2}",
    '{:process 0, :type :fail, :f :write, :value 1, :error [:timeout "a \\"b\\""]}',
    "{:process 1, :type :info, :f :write, :value 2} #_{:ignored true}",
    "{:process 2, :type :invoke, :f :read, :value nil} {:process 2, :type :ok, :f :read, :value 2N}",
  ];

  it("a stream, a vector and a list say the same", () => {
    const stream = readHistory(lines(...register));
    expect(stream.format).toBe("jepsen");
    expect(stream.operations.map(({ name, outcome, result }) => [name, outcome, result])).toEqual([
      ["write", "fail", 1],
      ["write", "info", 2],
      ["read", "ok", 2],
    ]);
    for (const [open, close] of ["[]", "()"]) {
      const { operations } = readHistory(`${open}${lines(...register)}${close}`);
      expect(operations.map(({ invokeOffset, returnOffset, ...rest }) => rest)).toEqual(
        stream.operations.map(({ invokeOffset, returnOffset, ...rest }) => rest),
      );
    }
  });

  it("what failed did not happen, what nobody knows may have, or not", () => {
    const text = lines(...register);
    expect(verdictOf(text)).toMatchObject({ verdict: "holds", witness: [{ text: "write(2)" }, { text: "read → 2" }] });
    expect(verdictOf(text.replace("2N", "1")).verdict).toBe("violated");
    expect(verdictOf(text.replace("2N", "nil")).verdict).toBe("holds");
  });

  it("keys stand in pairs, or apart", () => {
    const cas = lines(
      "{:process 0, :type :invoke, :f :write, :value [7 1]}",
      "{:process 0, :type :ok, :f :write, :value [7 1]}",
      "{:process 0, :type :invoke, :f :cas, :value [7 [1 2]]}",
      "{:process 0, :type :ok, :f :cas, :value [7 [1 2]]}",
      "{:process 0, :type :invoke, :f :read, :value [7 nil]}",
      "{:process 0, :type :ok, :f :read, :value [7 2]}",
    );
    expect(guessModel(readHistory(cas))).toBe("kv");
    expect(verdictOf(cas).verdict).toBe("holds");
    expect(verdictOf(cas.replace("[7 2]}\n", "[7 1]}\n"))).toMatchObject({ verdict: "violated", culprit: { key: 7 } });
  });

  it("each error says where and what was expected", () => {
    const open = "{:process 0, :type :invoke, :f :read, :value nil}";
    expect(complaint(`[${open}`)).toMatch(/^line 1, column 51: expected "\]" at the end of the list, found the end/);
    expect(complaint(`${open}\n{:process 0, :type :ok`)).toMatch(
      /^line 2, column 1: expected "}" for the "{" that opens/,
    );
    expect(complaint(`${open}\n{:process 0, :type}`)).toMatch(/^line 2, column 19: expected a value for the last key/);
    expect(complaint("{:process 0, :type :ok, :type :ok}")).toMatch(/^line 1, column 25: the key "type" stands twice/);
    expect(complaint("{:process 0, :type :began}")).toMatch(
      /expected the type .* invoke, ok, fail or info, found "began"/,
    );
    expect(complaint('{:type :invoke, :f :read, :value "a')).toMatch(/column 34: this string has no closing quote/);
    expect(complaint(lines(open, "{:process 0, :type :ok, :f :write, :value 1}"))).toMatch(
      /^line 2, .*called read in line 1: expected a completion of that, found one of write/,
    );
    const info = "{:process 0, :type :info, :f :read, :value nil}";
    expect(complaint(lines(open, info, open))).toMatch(/^line 3, .*after its :info of line 2/);
  });
});

const event = (process: number, type: string, f: string, value: unknown, more: object = {}): string =>
  JSON.stringify({ process, type, f, value, ...more });

describe("JSON lines", () => {
  it("every object: the model is guessed by its functions", () => {
    const one = (f: string, argument: unknown, result: unknown): readonly string[] => [
      event(0, "invoke", f, argument, { at: 1.5 }),
      event(0, "ok", f, result, { at: 2 }),
    ];
    const histories: readonly (readonly [string, readonly string[], string])[] = [
      ["register", [...one("write", 1, 1), ...one("read", null, 1)], "holds"],
      [
        "cas-register",
        [...one("cas", [null, 1], true), ...one("cas", [2, 3], false), ...one("read", null, 1)],
        "holds",
      ],
      ["queue", [...one("enqueue", "a", "a"), ...one("dequeue", null, "a"), ...one("dequeue", null, null)], "holds"],
      ["lock", [...one("acquire", null, null), ...one("acquire", "b", true)], "violated"],
      ["set", [...one("add", 1, 1), ...one("add", 2, 2), ...one("read", null, [2, 1])], "holds"],
      ["counter", [...one("add", 2, 2), ...one("add", 3, 3), ...one("read", null, 4)], "violated"],
    ];
    for (const [model, texts, verdict] of histories) {
      expect(guessModel(readHistory(lines(...texts)))).toBe(model);
      expect(verdictOf(lines(...texts)).verdict, model).toBe(verdict);
    }
  });

  it("a client may go on after what nobody knows; its numbers are kept exactly", () => {
    const text = lines(
      event(0, "invoke", "write", 1),
      event(0, "info", "write", null),
      event(0, "invoke", "write", 2),
      event(0, "ok", "write", 2),
      '{"process":1,"type":"invoke","f":"write","value":9007199254740993}',
      '{"process":1,"type":"ok","f":"write","value":9007199254740993}',
      event(1, "invoke", "read", null),
      '{"process":1,"type":"ok","f":"read","value":9007199254740992}',
    );
    expect(verdictOf(text).verdict).toBe("violated");
    expect(verdictOf(text.replace("740992", "740993")).verdict).toBe("holds");
  });

  it("weaker models, and what they cannot be told from", () => {
    // B45: stale for another process; and two writes seen in opposite orders.
    const stale = [
      event(0, "invoke", "write", 1),
      event(0, "ok", "write", 1),
      event(1, "invoke", "read", null),
      event(1, "ok", "read", null),
    ];
    expect(verdictOf(lines(...stale)).verdict).toBe("violated");
    for (const model of ["sequential", "causal", "pram"] as const) {
      expect(verdictOf(lines(...stale), "register", model).verdict, model).toBe("holds");
    }
    const own = lines(
      ...stale.slice(0, 2),
      ...stale.slice(2).map((line) => line.replace('"process":1', '"process":0')),
    );
    expect(verdictOf(own, "register", "read-your-writes").verdict).toBe("violated");
    expect(verdictOf(own, "register", "monotonic-writes").verdict).toBe("unknown");
    expect(verdictOf(lines(...stale, ...stale), "register", "causal")).toMatchObject({ verdict: "unknown" });
    const cas = lines(event(0, "invoke", "cas", [1, 2]), event(0, "ok", "cas", true));
    expect(complaint(cas, "cas-register", "causal")).toMatch(/^line 1, .*told from reads and writes/);
  });

  it("each error says where and what was expected", () => {
    const first = event(0, "invoke", "write", 1);
    expect(complaint(`${first}\n{"process":0,"type":"ok"`)).toMatch(
      /^line 2, column 25: expected "," or "}", found the end/,
    );
    expect(complaint(`${first}\n{"process":0,type:"ok"}`)).toMatch(/^line 2, column 14: expected a key in quotes/);
    expect(complaint(`${first}\n{"process":"0a","type":"ok"}\n[]`)).toMatch(/^line 3, column 1: expected a map/);
    expect(complaint(`[${first},]`)).toMatch(/expected a JSON value, found "\]"/);
    expect(complaint(`[${first}] x`)).toMatch(/expected nothing after the list, found "x"/);
    expect(complaint(first.replace("1}", "1e}"))).toMatch(/expected "," or "}", found "e}"/);
    expect(complaint("{}")).toMatch(/^line 1, column 1: expected a history/);
    expect(complaint("")).toMatch(/expected a history.*found the end of the text/);
    expect(complaint("hello")).toMatch(/^line 1, column 1: expected a history/);
    expect(complaint(`${"[".repeat(100)}{`)).toMatch(/line 1/);
    expect(complaint(lines(first, event(0, "ok", "write", 2)))).toMatch(/^line 2, .*called with 1, expected the same/);
    expect(complaint(lines(event(0, "invoke", "enqueue", 1)), "register")).toMatch(
      /^line 1, column 1: the model register has no function "enqueue": expected read, .*; --model queue has/,
    );
    expect(complaint(lines(event(0, "invoke", "get", null), event(0, "ok", "get", 1)), "kv")).toMatch(/expected a key/);
  });
});

describe("elle's transactions", () => {
  const transaction = (process: number, called: unknown, answered: unknown): readonly object[] => [
    { process, type: "invoke", f: "txn", value: called },
    { process, type: "ok", f: "txn", value: answered },
  ];
  const skew = [
    ...transaction(
      0,
      [
        ["r", "x", null],
        ["append", "y", 1],
      ],
      [
        ["r", "x", []],
        ["append", "y", 1],
      ],
    ),
    ...transaction(
      1,
      [
        ["r", "y", null],
        ["append", "x", 1],
      ],
      [
        ["r", "y", []],
        ["append", "x", 1],
      ],
    ),
    ...transaction(
      2,
      [
        ["r", "x", null],
        ["r", "y", null],
      ],
      [
        ["r", "x", [1]],
        ["r", "y", [1]],
      ],
    ),
  ];
  const interleaved = [skew[0]!, skew[2]!, skew[1]!, skew[3]!, ...skew.slice(4)];
  const edn = (value: unknown): string =>
    Array.isArray(value)
      ? `[${value.map(edn).join(" ")}]`
      : value === null
        ? "nil"
        : typeof value === "object"
          ? `{${Object.entries(value)
              .map(([name, part]) => `:${name} ${name === "type" || name === "f" ? `:${part}` : edn(part)}`)
              .join(" ")}}`
          : typeof value === "string"
            ? `:${value}`
            : `${value}`;

  it("list-append: JSON and EDN, with or without a name", () => {
    for (const text of [
      JSON.stringify(interleaved),
      interleaved.map((one) => JSON.stringify(one)).join("\n"),
      interleaved.map(edn).join("\n"),
      edn(interleaved),
      JSON.stringify(interleaved.map((one) => ({ ...one, f: undefined }))),
    ]) {
      const history = readHistory(text);
      expect(guessModel(history)).toBe("list-append");
      const serializable = checkRecordedTransactions(history, "list-append", "serializable");
      expect(serializable).toMatchObject({
        verdict: "violated",
        culprit: {
          anomaly: "G2-item",
          operations: [{ text: expect.stringContaining("T0: read(x) → []") }, {}],
          steps: [{}, {}],
        },
      });
      expect(checkRecordedTransactions(history, "list-append", "snapshot-isolation").verdict).toBe("holds");
    }
  });

  it("rw-register: a read of what nobody wrote; and a witness", () => {
    const write = transaction(0, [["w", "x", 2]], [["w", "x", 2]]);
    const read = (value: number): readonly object[] => transaction(0, [["r", "x", null]], [["r", "x", value]]);
    const of = (value: number): RecordedVerdict =>
      checkRecordedTransactions(
        readHistory(JSON.stringify([...write, ...read(value)])),
        "rw-register",
        "strict-serializable",
      );
    expect(of(3).verdict).toBe("violated");
    expect(of(2)).toMatchObject({
      verdict: "holds",
      witness: [{ text: "T0: write(x, 2)" }, { text: "T1: read(x) → 2" }],
    });
  });

  it("each error says where and what was expected", () => {
    const said = (events: readonly object[], workload: "list-append" | "rw-register"): string => {
      try {
        checkRecordedTransactions(
          readHistory(events.map((one) => JSON.stringify(one)).join("\n")),
          workload,
          "serializable",
        );
        return "none";
      } catch (thrown) {
        return (thrown as Error).message;
      }
    };
    expect(said(skew, "rw-register")).toMatch(
      /^line 1, .*no operation "append": expected w, .*--model list-append has it/,
    );
    expect(said(transaction(0, [["append", "x", 1]], [["append", "x", 2]]), "list-append")).toMatch(
      /^line 2, .*other operations/,
    );
    expect(said(transaction(0, [["r", "x", null]], [["r", "x", 1]]), "list-append")).toMatch(
      /^line 2, .*expected a list as what was read/,
    );
    expect(said(transaction(0, 5, 5), "list-append")).toMatch(
      /^line 1, .*expected a list of operations such as \[\["append"/,
    );
    expect(said(transaction(0, [["w", null, 1]], []), "rw-register")).toMatch(
      /^line 1, .*expected a key of w, found null/,
    );
  });
});

describe("any text", () => {
  it("is read, or refused with a line: no format breaks in another way", () => {
    const formats: readonly (HistoryFormat | undefined)[] = [
      undefined,
      "porcupine-etcd",
      "porcupine-kv",
      "jepsen",
      "elle-json",
      "jsonl",
    ];
    const texts = [
      '{"process":0,"type":"invoke","f":"read","value":null}',
      "{:process 0 :type :invoke :f :read}",
      log("0 :invoke :read nil"),
    ];
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      '"',
      ":",
      "\\",
      "#",
      "#_",
      "nil",
      "1/2",
      "-",
      "1e999",
      "\u0000",
      "\n",
      "é",
      "##NaN",
    ];
    let refused = 0;
    for (const text of texts) {
      for (let at = 0; at <= text.length; at += 3) {
        for (const piece of pieces) {
          const broken = text.slice(0, at) + piece + text.slice(at);
          for (const format of formats) {
            try {
              readHistory(broken, format);
            } catch (thrown) {
              expect(thrown, JSON.stringify(broken)).toBeInstanceOf(HistoryFormatError);
              refused++;
            }
          }
        }
      }
    }
    expect(refused).toBeGreaterThan(1_000);
  });
});
