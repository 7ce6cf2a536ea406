import { readFileSync } from "node:fs";

test("the meter that CONTRIBUTING.md shows is the one that is built, in less than 60 lines", () => {
  const declaration = readFileSync("src/drivers/meters/siemens-pac2200/index.ts", "utf8");
  expect(readFileSync("CONTRIBUTING.md", "utf8")).toContain(declaration);
  expect(declaration.split("\n").length).toBeLessThan(60);
});
