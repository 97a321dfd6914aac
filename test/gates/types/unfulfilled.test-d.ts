// @ts-expect-error: nothing is wrong with the next line, and a type test that expects an error must notice
export const fine: number = 1;
export const checked: string = 1; // TS2322
