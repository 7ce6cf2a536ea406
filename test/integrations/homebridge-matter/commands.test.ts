import { FakeSite, reading, view } from "../homekit/support.js";
import { Bench } from "./support.js";

async function bench(allowCharging: boolean) {
  const made = new Bench(new FakeSite(view({ reading: reading({ allowCharging }) })));
  await made.appear();
  const command = async (name: "on" | "off" | "toggle") => made.device("Garage").handlers?.onOff?.[name]?.(undefined);
  return { made, command, reported: () => made.matter.reported.filter(([device]) => device === "Garage") };
}

test.each(["on", "off"] as const)("%s is a start or stop by hand", async (name) => {
  const { made, command, reported } = await bench(name === "off");
  await command(name);
  expect(made.site.commands).toEqual([["Garage", { allowCharging: name === "on" }]]);
  expect(reported()).toEqual([]);
});

test("a toggle is left to Homebridge, which makes an on or off of it", async () => {
  const { made, command } = await bench(true);
  await command("toggle");
  expect(made.site.commands).toEqual([]);
});

test("the switch stays where it was put while the charger takes it over, without going back and forth", async () => {
  const { made, command, reported } = await bench(false);
  await command("on");
  made.site.report({ allowCharging: false });
  await made.clock.advance(2_000);
  made.site.report({ allowCharging: true });
  expect(reported()).toEqual([]);
  expect(made.clock.pending).toBe(0);
});

test("a wish that is not granted in time gives way to the truth", async () => {
  const { made, command, reported } = await bench(false);
  await command("on");
  await made.clock.advance(9_999);
  expect(reported()).toEqual([]);
  await made.clock.advance(1);
  expect(reported()).toEqual([["Garage", "onOff", { onOff: false }]]);
});

test("a command that the house refuses fails with a status, and one warning says why", async () => {
  const { made, command } = await bench(false);
  made.site.command = () => {
    throw new RangeError("No charger is named Garage");
  };
  await expect(command("on")).rejects.toThrow(made.matter.status.Failure);
  expect(made.warnings).toEqual(["No charger is named Garage"]);
  expect(made.clock.pending).toBe(0);
});

test("what is no switch takes no commands", async () => {
  const { made } = await bench(false);
  expect(made.device("Garage Plug").handlers).toBeUndefined();
});
