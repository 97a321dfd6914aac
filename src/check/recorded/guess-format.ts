import type { HistoryFormat } from "./history-event.ts";
import type { SourceText } from "./source-text.ts";

/** What passes before the first value: blanks, commas, comments of EDN, an opening list. */
const lead = /^(?:[\s,]|;[^\n]*(?:\n|$))*/;

const isKeyValue = /:f\s+:(?:get|put|append)\b[^}]*:key\b/;
const isLog = /^INFO\s+jepsen\.util\b/;

/** How much of a text is looked at. */
const headLength = 2_000;

/** Tells the format of a history by how it begins. Throws `HistoryFormatError` where it begins like none. */
export const guessFormat = (source: SourceText): HistoryFormat => {
  const start = lead.exec(source.text)?.[0].length ?? 0;
  const head = source.text.slice(start, start + headLength);
  if (isLog.test(head)) return "porcupine-etcd";
  const inner = head.replace(/^[[(][\s,]*(?:;[^\n]*\n\s*)*/, "");
  if (/^\{\s*"/.test(inner)) return head.startsWith("[") ? "elle-json" : "jsonl";
  if (/^(?:\{\s*:|#[a-zA-Z])/.test(inner))
    return isKeyValue.test(inner.split("\n")[0] ?? "") ? "porcupine-kv" : "jepsen";
  if (/^\[\s*\]\s*$/.test(head)) return "elle-json";
  throw source.expected(
    "a history: JSON lines or an array, EDN maps, or a log such as `INFO  jepsen.util - 0 :invoke :read nil` (--format names it)",
    start,
  );
};
