import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import PostalMime from "postal-mime";
import { SMTPServer, type SMTPServerSession } from "smtp-server";

/** A mail as a real server took it. */
export interface ReceivedMail {
  /** Recipients and sender of the envelope. */
  readonly to: readonly string[];
  readonly from: string;
  readonly subject: string | undefined;
  readonly text: string | undefined;
  readonly html: string | undefined;
  /** By their names in lower case, decoded; what came more than once is there as often. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The message as it came. */
  readonly raw: string;
  /** Whether it came over TLS, and as whom the client logged in. */
  readonly secure: boolean;
  readonly user: string | undefined;
}

export interface SmtpServerOptions {
  /** The only ones that may send; anyone where there are none. */
  readonly credentials?: { readonly user: string; readonly pass: string };
  /** TLS from the first byte, an offer of STARTTLS, or nothing of the kind. The certificate is nobody's. */
  readonly tls?: "implicit" | "starttls";
}

/** A mail server on loopback that takes, refuses or ignores what it is sent. */
export interface TestSmtpServer {
  /** Without credentials. Stays the same when the server goes away and comes back. */
  readonly url: string;
  readonly port: number;
  /** The accepted mails. */
  readonly mails: readonly ReceivedMail[];
  /** How many connections are open. */
  readonly connections: number;
  /** The number of connections since the start, open ones included. */
  readonly opened: number;
  /** Refuses recipients with such a reply, until `accept`. */
  refuse(responseCode: number, reply: string): void;
  /** Does not answer when it is named a recipient, or already when somebody connects, until `accept`. */
  stall(at: "recipient" | "greeting"): void;
  /** Takes mails again; what stalled stays so. */
  accept(): void;
  /** Breaks all connections and refuses new ones, until `comeBack`. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  end(): Promise<void>;
}

type Mood = "accept" | "stall at recipient" | "stall at greeting" | Error;

export async function startSmtpServer(options: SmtpServerOptions = {}): Promise<TestSmtpServer> {
  const mails: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  let mood: Mood = "accept";
  let server = makeServer();

  function makeServer(): SMTPServer {
    const made = new SMTPServer({
      // its own certificate is as untrusted as a test needs, and known to be
      logger: false,
      secure: options.tls === "implicit",
      hideSTARTTLS: options.tls !== "starttls",
      allowInsecureAuth: true,
      authOptional: options.credentials === undefined,
      disableReverseLookup: true,
      onConnect: (_, done) => mood !== "stall at greeting" && done(),
      onAuth: ({ username, password }, _, done) => {
        const { user, pass } = options.credentials ?? {};
        const isRight = username === user && password === pass;
        done(isRight ? null : new Error("Wrong credentials"), isRight ? { user: username } : undefined);
      },
      onRcptTo: (_address, _session, done) => {
        if (mood !== "stall at recipient") done(mood instanceof Error ? mood : null);
      },
      onData: (stream, session, done) => {
        text(stream)
          .then((raw) => received(raw, session))
          .then((mail) => mails.push(mail))
          .then(() => done(), done);
      },
    });
    made.server.on("connection", (socket: Socket) => {
      opened += 1;
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    // of clients that break off
    made.on("error", () => {});
    return made;
  }

  async function listen(at: number): Promise<number> {
    const listener = server.listen(at, "127.0.0.1");
    await once(listener, "listening");
    return (listener.address() as AddressInfo).port;
  }

  async function goAway(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  const port = await listen(0);
  return {
    url: `${options.tls === "implicit" ? "smtps" : "smtp"}://127.0.0.1:${port}`,
    port,
    mails,
    get opened() {
      return opened;
    },
    get connections() {
      return sockets.size;
    },
    refuse: (responseCode, reply) => {
      mood = Object.assign(new Error(reply), { responseCode });
    },
    stall: (at) => {
      mood = `stall at ${at}`;
    },
    accept: () => {
      mood = "accept";
    },
    goAway,
    async comeBack() {
      server = makeServer();
      await listen(port);
    },
    end: goAway,
  };
}

async function received(raw: string, { envelope, secure, user }: SMTPServerSession): Promise<ReceivedMail> {
  const { subject, text, html, headers } = await PostalMime.parse(raw);
  return {
    to: envelope.rcptTo.map(({ address }) => address),
    from: envelope.mailFrom ? envelope.mailFrom.address : "",
    subject,
    text,
    html,
    headers: headers.map(({ key, value }) => [key, value] as const),
    raw,
    secure,
    user,
  };
}
