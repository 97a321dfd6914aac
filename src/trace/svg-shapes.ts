/*
 * The shapes of a space-time diagram. Each kind of event has a shape and a word of its own; colour repeats them. The
 * style holds two sets of colours, each with its own background, so that text has contrast wherever the picture is put.
 */

import { cutTo, displayWidth } from "./text-line.ts";

/** The classes that shapes are given, by what they mean. */
export type Ink = "paper" | "lane" | "text" | "faint" | "message" | "loss" | "timer" | "return" | "fault" | "call";

/** The colours on light paper. */
export const light: { readonly [Name in Ink]: string } = {
  paper: "#ffffff",
  lane: "#8c95a3",
  text: "#1b2430",
  faint: "#5c6675",
  message: "#1f5fbf",
  loss: "#c0262d",
  timer: "#8a5a00",
  return: "#1a7f37",
  fault: "#7a3fd0",
  call: "#1b2430",
};

/** The colours on dark paper. */
export const dark: typeof light = {
  paper: "#14181f",
  lane: "#7d8899",
  text: "#e6ebf2",
  faint: "#a3adbb",
  message: "#79b0ff",
  loss: "#ff8086",
  timer: "#e3b341",
  return: "#56d364",
  fault: "#c79bff",
  call: "#e6ebf2",
};

const rules = (colours: typeof light): string =>
  Object.entries(colours)
    .map(([ink, colour]) => `.quorate .f-${ink}{fill:${colour}}.quorate .s-${ink}{stroke:${colour}}`)
    .join("");

/** The style of a diagram; it applies to nothing outside it. */
export const style: string = `<style>${rules(light)}@media (prefers-color-scheme:dark){${rules(dark)}}</style>`;

/** Text or an attribute of XML. What XML cannot hold was written out by `oneLine`, but for two code points. */
export const xml = (text: string): string =>
  text
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

/** A coordinate with one decimal: less text, and the same on every platform. */
export const px = (value: number): string => `${Math.round(value * 10) / 10}`;

/** A place in the picture. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Words at a point. */
export const text = (at: Point, words: string, ink: Ink, more = ""): string =>
  `<text x="${px(at.x)}" y="${px(at.y)}" class="f-${ink}"${more}>${xml(words)}</text>`;

/** A path from a point on, by steps relative to it. */
export const path = (at: Point, steps: string, more: string): string =>
  `<path d="M${px(at.x)} ${px(at.y)}${steps}" ${more}/>`;

/** A straight line. */
export const line = (from: Point, to: Point, ink: Ink, more = ""): string =>
  `<line x1="${px(from.x)}" y1="${px(from.y)}" x2="${px(to.x)}" y2="${px(to.y)}" class="s-${ink}"${more}/>`;

/** What is lost, or stops. */
export const cross = (at: Point, size: number, ink: Ink): string =>
  path(
    at,
    `m${-size} ${-size}l${2 * size} ${2 * size}m0 ${-2 * size}l${-2 * size} ${2 * size}`,
    `class="s-${ink}" stroke-width="3" fill="none"`,
  );

/** Diagonal strokes over a box: readable without colour, and in print. */
export const hatch = (x: number, y: number, width: number, height: number, ink: Ink): string => {
  let strokes = "";
  for (let at = 0; at + height <= width; at += 9) strokes += `M${px(x + at)} ${px(y + height)}l${height} ${-height}`;
  return `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${height}" class="f-${ink}" fill-opacity="0.13"/><path d="${strokes}" class="s-${ink}" stroke-width="1" stroke-opacity="0.75"/>`;
};

/** The unit vector from one point to another. */
const direction = (from: Point, to: Point): { readonly cos: number; readonly sin: number; readonly length: number } => {
  const length = Math.max(1, Math.sqrt((to.x - from.x) * (to.x - from.x) + (to.y - from.y) * (to.y - from.y)));
  return { cos: (to.x - from.x) / length, sin: (to.y - from.y) / length, length };
};

/** The point so far before `to` on the way from `from`. */
export const before = (from: Point, to: Point, distance: number): Point => {
  const { cos, sin } = direction(from, to);
  return { x: to.x - distance * cos, y: to.y - distance * sin };
};

/** A filled arrow head whose tip is at `to`. */
export const arrowHead = (from: Point, to: Point, ink: Ink): string => {
  const { cos, sin } = direction(from, to);
  const back = { x: to.x - 10 * cos, y: to.y - 10 * sin };
  const side = (by: number): string => `L${px(back.x - by * sin)} ${px(back.y + by * cos)}`;
  return `<path d="M${px(to.x)} ${px(to.y)}${side(4.5)}${side(-4.5)}Z" class="f-${ink}"/>`;
};

/** Words, and a patch of paper to lie under them, so that no line runs through them. */
export interface Words {
  readonly patch: string;
  readonly text: string;
}

/** Words whose baseline starts, or has its middle, at a point. */
export const patched = (at: Point, words: string, size: number, ink: Ink, anchor: "start" | "middle"): Words => {
  const width = displayWidth(words) * size * 0.54;
  const left = anchor === "start" ? at.x : at.x - width / 2;
  const patch = `<rect x="${px(left - 1)}" y="${px(at.y - 0.8 * size)}" width="${px(width + 2)}" height="${px(size)}" class="f-paper" fill-opacity="0.8"/>`;
  return {
    patch,
    text: text(at, words, ink, ` font-size="${size}"${anchor === "middle" ? ' text-anchor="middle"' : ""}`),
  };
};

/** What fits of a message: all of it, else what kind it is, else its beginning. */
const fitting = (words: string, length: number): string => {
  if (displayWidth(words) <= length) return words;
  const kind = words.slice(0, words.indexOf(" {"));
  return kind !== "" && displayWidth(kind) <= length ? kind : cutTo(words, length);
};

/** Words along an arrow, just above its middle: as many as it is long. */
export const alongArrow = (from: Point, to: Point, words: string, ink: Ink): Words => {
  const { cos, sin, length } = direction(from, to);
  const shown = fitting(words, Math.floor((length - 30) / 5.4));
  if (shown.length < 2) return { patch: "", text: "" };
  const matrix = [cos, sin, -sin, cos].map((value) => `${Math.round(value * 1000) / 1000}`).join(" ");
  const middle = `${px((from.x + to.x) / 2)} ${px((from.y + to.y) / 2)}`;
  const turned = (part: string): string => `<g transform="matrix(${matrix} ${middle})">${part}</g>`;
  const level = patched({ x: 0, y: -4 }, shown, 10, ink, "middle");
  return { patch: turned(level.patch), text: turned(level.text) };
};
