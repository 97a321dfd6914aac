import type { NodeId } from "../../model/index.ts";
import { type AnyProperty, property, type RunSite } from "../property.ts";

/** What an operator at a process waits for: the last thing wished for, null when it has come. */
interface Wishes {
  readonly nodes: readonly NodeId[];
  readonly open: Map<NodeId, string>;
}

/** That what an operator wished for last comes true, while every process is up. */
const wishComesTrue = (
  id: string,
  text: string,
  request: string,
  answer: string,
  describe: (wish: unknown) => string,
): AnyProperty =>
  property<Wishes>({
    id,
    kind: "liveness",
    text,
    init: ({ nodes }: RunSite) => ({ nodes, open: new Map() }),
    on(s, { kind, name, node, args }, report) {
      if (kind === "crash") s.open.delete(node);
      if (kind === "request" && name === request) {
        report.premise();
        s.open.set(node, describe(args[0]));
      }
      if (kind === "indication" && name === answer) s.open.delete(node);
    },
    pending(s, { correct }) {
      if (correct.length < s.nodes.length) return null;
      for (const [node, wish] of s.open) return `process ${node} wishes for ${wish} in vain`;
      return null;
    },
  });

/**
 * While all processes are up the members become those that an operator wished for last: nobody refuses a change for ever,
 * and a joint configuration is left. Ongaro 2014, 4.2 and 4.3.
 */
export const membersAsWished = (): AnyProperty =>
  wishComesTrue(
    "MembersAsWished",
    "While all are up, the members become those that were wished for last.",
    "changeMembers",
    "membersAsWished",
    () => "other members",
  );

/** While all processes are up a leader that is asked to hand over does: whoever was wished for leads. Ongaro 2014, 3.10. */
export const leaderAsWished = (): AnyProperty =>
  wishComesTrue(
    "LeaderAsWished",
    "While all are up, whoever was wished for leads.",
    "transferLeadership",
    "leaderAsWished",
    (to) => `process ${String(to)} to lead`,
  );

/**
 * A leader that hands over takes no proposals until it gave up or follows: what it took would keep the other from catching
 * up, and would be overwritten when the other leads. Ongaro 2014, 3.10. Watched at the port of the log.
 */
export const nothingTakenInTransfer = (path: string): AnyProperty =>
  property<{ readonly transfers: Map<NodeId, number>; readonly asked: Map<string, number> }>({
    id: "NothingTakenInTransfer",
    kind: "safety",
    port: path,
    text: "A leader that hands over takes no proposals meanwhile.",
    init: () => ({ transfers: new Map(), asked: new Map() }),
    on(s, { kind, name, node, args, event }, report) {
      const id = args[0] as number;
      if (kind === "crash" || (kind === "indication" && name === "leadership")) s.transfers.delete(node);
      if (kind === "request" && name === "transferLeadership" && !s.transfers.has(node)) s.transfers.set(node, id);
      if (kind === "request" && name === "propose" && s.transfers.has(node)) {
        report.premise();
        s.asked.set(`${node}/${id}`, event);
      }
      if (kind !== "indication") return;
      if (name === "refused" && s.transfers.get(node) === id) s.transfers.delete(node);
      const asked = name === "appended" ? s.asked.get(`${node}/${id}`) : undefined;
      if (asked !== undefined && s.transfers.has(node))
        report.violated(`process ${node} takes a proposal while it hands over`, asked, event);
    },
  });
