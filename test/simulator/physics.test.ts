import fc from "fast-check";
import { Car, carPresets } from "../../src/simulator/house/car.js";
import type { Offer } from "../../src/simulator/house/car.js";
import { Evse } from "../../src/simulator/house/evse.js";

const full16: Offer = { current: 16, phases: 3 };

function drawAfter(car: Car, seconds: number, offer: Offer | null): readonly number[] {
  for (let second = 1; second < seconds; second += 1) car.advance(1, offer);
  return car.advance(1, offer);
}

test.each<[why: string, car: Car, offer: Offer | null, drawn: number[]]>([
  ["a car takes what it is offered, on all its phases", new Car(), full16, [16, 16, 16]],
  ["a two-phase car leaves L3 alone", new Car({ phases: 2 }), full16, [16, 16, 0]],
  ["a three-phase car on one phase", new Car(), { current: 10, phases: 1 }, [10, 0, 0]],
  ["no car takes more than it is built for", new Car({ maxCurrent: 13 }), full16, [13, 13, 13]],
  ["a greedy car takes 7 % too much", new Car({ ...carPresets.greedy }), { current: 10, phases: 1 }, [10.7, 0, 0]],
  ["a shy car takes a tenth less", new Car(carPresets.shy), full16, [14.4, 14.4, 14.4]],
  ["a derated car takes what it can", new Car(carPresets.derated), full16, [10, 10, 10]],
  ["a full car takes nothing", new Car(carPresets.full), full16, [0, 0, 0]],
  ["a sleeping car takes nothing", new Car(carPresets.sleeper), full16, [0, 0, 0]],
  ["below 6 A there is no offer", new Car(), { current: 5.9, phases: 3 }, [0, 0, 0]],
  ["an open contactor gives nothing", new Car(), null, [0, 0, 0]],
])("%s", (_why, car, offer, drawn) => {
  const result = drawAfter(car, 60, offer);
  result.forEach((current, phase) => expect(current).toBeCloseTo(drawn[phase] ?? NaN, 9));
});

test("a car starts lazily, then rises by its ramp", () => {
  const car = new Car({ ramp: 3, lazyStart: 4 });
  const drawn = Array.from({ length: 7 }, () => car.advance(1, full16)[0]);
  expect(drawn).toEqual([0, 0, 0, 3, 6, 9, 12]);
});

test("an instant car follows within the same second, up and down", () => {
  const car = new Car(carPresets.instant);
  expect(car.advance(1, full16)).toEqual([16, 16, 16]);
  expect(car.advance(1, { current: 7, phases: 1 })).toEqual([7, 0, 0]);
});

test("a car that is nearly full takes less and less, and 1 A until the end", () => {
  const car = new Car({ energy: 2_000, taper: 2_000, maxCurrent: 16 });
  drawAfter(car, 30, full16);
  const currents = Array.from({ length: 5 }, () => drawAfter(car, 300, full16)[0] ?? 0);
  expect(currents).toEqual(currents.toSorted((a, b) => b - a));
  expect(currents[0]).toBeLessThan(16);
  drawAfter(car, 4 * 3_600, full16);
  expect(car.full).toBe(true);
});

test("a car that dozes off in a pause of ten minutes is not woken up, one of nine minutes it survives", () => {
  const car = new Car(carPresets.dozer);
  drawAfter(car, 60, full16);
  drawAfter(car, 540, null);
  expect(drawAfter(car, 60, full16)).toEqual([16, 16, 16]);
  drawAfter(car, 600, null);
  expect(drawAfter(car, 3_600, full16)).toEqual([0, 0, 0]);
});

test("a car follows a lower offer within the 5 s of IEC 61851", () => {
  const car = new Car({ maxCurrent: 32 });
  drawAfter(car, 60, { current: 32, phases: 3 });
  expect(drawAfter(car, 5, { current: 6, phases: 3 })).toEqual([6, 6, 6]);
});

test("a car stops once it has what it needs", () => {
  const car = new Car({ energy: 500 });
  const evse = new Evse();
  evse.plug(car);
  evse.advance(3600);
  expect(car.full).toBe(true);
  expect(evse.draw).toEqual([0, 0, 0]);
  expect(evse.state).toBe("complete");
  expect(evse.sessionEnergy).toBeCloseTo(500, -1);
});

const anyOffer = fc.option(
  fc.record({ current: fc.integer({ min: 0, max: 32 }), phases: fc.constantFrom(1 as const, 3 as const) }),
  { freq: 4 },
);

test("no car ever draws more than was offered in the last seconds, but for its greed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyOffer, fc.integer({ min: 1, max: 12 })), { maxLength: 30 }),
      fc.constantFrom(1, 1.07),
      (offers, followFactor) => {
        const car = new Car({ maxCurrent: 32, followFactor });
        const history: number[] = [];
        for (const [offer, seconds] of offers) {
          for (let second = 0; second < seconds; second += 1) {
            history.push(offer?.current ?? 0);
            const drawn = car.advance(1, offer);
            const allowed = offer === null || offer.current < 6 ? 0 : Math.max(...history.slice(-6)) * followFactor;
            drawn.forEach((current) => expect(current).toBeLessThanOrEqual(allowed + 1e-9));
            if (offer?.phases === 1) expect(drawn.slice(1)).toEqual([0, 0]);
          }
        }
      },
    ),
  );
});

function charging(options: ConstructorParameters<typeof Evse>[0] = {}): Evse {
  const evse = new Evse(options);
  evse.plug(new Car());
  evse.advance(30);
  expect(evse.state).toBe("charging");
  return evse;
}

test("a written current reaches the pilot after the answer time", () => {
  const evse = charging({ answerTime: 2 });
  evse.current = 8;
  evse.advance(1);
  expect(evse.offer).toEqual({ current: 16, phases: 3 });
  evse.advance(1);
  expect(evse.offer).toEqual({ current: 8, phases: 3 });
});

test("what is between two steps of the current is rounded down", () => {
  const evse = new Evse({ resolution: 0.5 });
  evse.current = 9.9;
  expect(evse.current).toBe(9.5);
  expect(() => (evse.current = NaN)).toThrow(RangeError);
});

test("the cable limits the offer", () => {
  expect(charging({ current: 32, cable: 13 }).offer?.current).toBe(13);
});

test("changing the phases while charging costs a pause without current", () => {
  const evse = charging({ switchPause: 10 });
  evse.phases = 1;
  const closed: boolean[] = [];
  for (let second = 0; second < 12; second += 1) {
    evse.advance(1);
    closed.push(evse.offer !== null);
  }
  expect(closed.indexOf(true)).toBe(10);
  evse.advance(20);
  expect(evse.draw).toEqual([16, 0, 0]);
});

test("changing the phases without current costs nothing", () => {
  const evse = new Evse({ allowed: false });
  evse.plug(new Car());
  evse.phases = 1;
  evse.advance(2);
  evse.allowed = true;
  evse.advance(1);
  expect(evse.offer).toEqual({ current: 16, phases: 1 });
});

test("a reboot drops the current, is silent for a while and falls back to what is stored", () => {
  const evse = charging({ current: 16, rebootTime: 8 });
  evse.current = 6;
  evse.advance(10);
  evse.reboot();
  expect([evse.reachable, evse.draw, evse.uptime, evse.reboots]).toEqual([false, [0, 0, 0], 0, 1]);
  evse.advance(8);
  expect(evse.reachable).toBe(true);
  evse.advance(30);
  expect(evse.draw).toEqual([16, 16, 16]);
  expect(evse.uptime).toBe(30);
});

test("a session limit stops by itself, and another car starts anew", () => {
  const evse = charging();
  evse.sessionLimit = 1_000;
  evse.advance(3600);
  expect(evse.draw).toEqual([0, 0, 0]);
  expect(evse.sessionEnergy).toBeCloseTo(1_000, -1);
  evse.unplug();
  evse.plug(new Car());
  evse.advance(30);
  expect(evse.state).toBe("charging");
});

test("a fault stops the charge until it is gone", () => {
  const evse = charging();
  evse.fault = "ground";
  evse.advance(1);
  expect([evse.state, evse.draw]).toEqual(["fault", [0, 0, 0]]);
  evse.fault = null;
  evse.advance(30);
  expect(evse.state).toBe("charging");
});

test("a stuck contactor heeds no one", () => {
  const evse = charging();
  evse.contactorStuck = true;
  evse.allowed = false;
  evse.advance(60);
  expect(evse.draw).toEqual([16, 16, 16]);
});

test("the energy is the integral of the power, whatever the steps", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { maxLength: 200 }), (steps) => {
      const evse = new Evse();
      evse.plug(new Car());
      let energy = 0;
      for (const seconds of steps) {
        evse.advance(seconds);
        energy += (evse.power * seconds) / 3600;
      }
      expect(evse.totalEnergy).toBeCloseTo(energy, 6);
    }),
  );
});
