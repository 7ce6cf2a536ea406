import { createHash } from "node:crypto";
import {
  authorization,
  challengeOfHeader,
  challengeOfMessage,
  frameAuth,
} from "../../../src/drivers/meters/shelly/gen2/digest.js";

test("the example of RFC 7616, 3.9.1", () => {
  const challenge = challengeOfHeader(
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, ' +
      'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
  );
  expect(challenge).toMatchObject({ realm: "http-auth@example.org", nc: 1 });
  const header = authorization({
    challenge: challenge ?? { realm: "", nonce: "", numeric: false, nc: 1 },
    user: "Mufasa",
    password: "Circle of Life",
    method: "GET",
    uri: "/dir/index.html",
    cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
  });
  expect(header).toContain('response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"');
  expect(header).toContain("nc=00000001");
});

test("a frame is signed as the vendor describes it", () => {
  const message =
    '{"auth_type": "digest", "nonce": 1625038762, "nc": 1, "realm": "shellypro3em-aabbcc112233", "algorithm": "SHA-256"}';
  const challenge = challengeOfMessage(message);
  if (challenge === null) throw new Error("no challenge");
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const ha1 = sha256("admin:shellypro3em-aabbcc112233:secret");
  expect(frameAuth(challenge, "secret", 313273957)).toEqual({
    realm: "shellypro3em-aabbcc112233",
    username: "admin",
    nonce: 1625038762,
    cnonce: 313273957,
    response: sha256(`${ha1}:1625038762:1:313273957:auth:${sha256("dummy_method:dummy_uri")}`),
    algorithm: "SHA-256",
  });
});

test.each(["", "Basic realm=a", 'Digest realm="a"', 'Digest realm="a", nonce="1", algorithm=MD5', 'Digest nonce="1"'])(
  "no challenge that we answer: %j",
  (header) => expect(challengeOfHeader(header)).toBeNull(),
);

test.each([undefined, 5, "", "{", "[]", '{"nonce":1,"algorithm":"SHA-256"}', '{"realm":"a","nonce":1}', "null"])(
  "no challenge in a frame: %j",
  (message) => expect(challengeOfMessage(message)).toBeNull(),
);
