import type { TraceEvent } from "../model/index.ts";
import { eventText } from "./event-text.ts";
import { numberBeside, placeOf, RADIUS, type Scene, TEXT_LENGTH_MAX } from "./svg-scene.ts";
import { alongArrow, arrowHead, before, cross, line, type Point, path, px, type Words } from "./svg-shapes.ts";

/** The arrow of a message, and what is written along it. */
export interface Arrow {
  readonly lines: string;
  readonly words: Words;
}

const nothing: Words = { patch: "", text: "" };

/** A shallow arc below the lane, out of the way of words. */
const selfArrow = (from: Point, to: Point): string =>
  path(
    from,
    `Q${px((from.x + to.x) / 2)} ${px(from.y + 26)} ${px(to.x - 4)} ${px(to.y + 7)}`,
    `class="s-message" fill="none" stroke-width="1.4"`,
  );

/** A lost message ends on the way, not at the door of its receiver. */
const lostArrow = (event: TraceEvent, from: Point, to: Point, scene: Scene): Arrow => {
  const end = { x: from.x + 0.6 * (to.x - from.x), y: from.y + 0.6 * (to.y - from.y) };
  const number = numberBeside(event, { x: end.x + 10, y: end.y + 4 }, scene);
  return {
    lines: line(from, end, "loss", ' stroke-width="1.6"') + cross(end, 6, "loss") + number,
    words: alongArrow(from, end, eventText(event, scene.view, TEXT_LENGTH_MAX), "loss"),
  };
};

/** Dashed when its sender did not send it, double when it is a copy. */
const arrowLines = (from: Point, to: Point, isSent: boolean, isCopy: boolean): string => {
  const tip = before(from, to, RADIUS + 1);
  const back = before(from, to, RADIUS + 8);
  const dashes = isSent ? "" : ' stroke-dasharray="5 4"';
  const outer = line(from, back, "message", ` stroke-width="${isCopy ? 4.5 : 1.6}"${dashes}`);
  return outer + (isCopy ? line(from, back, "paper", ' stroke-width="1.5"') : "") + arrowHead(from, tip, "message");
};

/** The arrow of a delivery or a drop, as far as the trace says where it came from. */
export const messageArrow = (event: TraceEvent, scene: Scene): Arrow => {
  const { view, layout, copies } = scene;
  const send = view.sendOf(event);
  const sender = send?.node ?? event.peer;
  if (sender === undefined || event.node === undefined) return { lines: "", words: nothing };
  const to = placeOf(event, scene);
  const isSent = send?.kind === "send";
  const from = { x: send === undefined ? to.x - 40 : layout.x(send), y: layout.y(sender) };
  if (event.kind === "drop") return lostArrow(event, from, to, scene);
  if (sender === event.node) return { lines: isSent ? selfArrow(from, to) : "", words: nothing };
  const isCopy = copies.has(event.id);
  const origin = send === undefined ? "of unknown origin: " : isSent ? "" : "forged: ";
  const words = `${origin}${isCopy ? "copy: " : ""}${eventText(event, view, TEXT_LENGTH_MAX)}`;
  return { lines: arrowLines(from, to, isSent, isCopy), words: alongArrow(from, to, words, "message") };
};

/** A message that lands nowhere in the picture: a dashed beginning. */
export const unlandedArrow = (event: TraceEvent, scene: Scene): string => {
  if (event.node === undefined || event.peer === undefined || event.node === event.peer) return "";
  const from = placeOf(event, scene);
  const down = scene.layout.y(event.peer) > from.y ? 1 : -1;
  return line(from, { x: from.x + 18, y: from.y + 26 * down }, "message", ' stroke-width="1.6" stroke-dasharray="3 3"');
};
