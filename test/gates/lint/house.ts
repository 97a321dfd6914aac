import { cycle } from "./cycle.ts"; // ✗ lint/suspicious/noImportCycles

export default function anonymous(): void {} // ✗ lint/style/noDefaultExport
export const loose = (value: any): unknown => value; // ✗ lint/suspicious/noExplicitAny
export enum Kind { // ✗ lint/style/noEnum
  One,
}
const later = async (): Promise<void> => {};
export const forget = (): void => {
  later(); // ✗ lint/nursery/noFloatingPromises
};
type Color = { readonly kind: "red" } | { readonly kind: "blue" };
export const paint = (color: Color): number => {
  switch (color.kind) { // ✗ lint/nursery/useExhaustiveSwitchCases
    case "red":
      return cycle;
  }
  return 0;
};
