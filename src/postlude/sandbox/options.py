"""How a sandbox starts out: each vendor's first settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from postlude.sandbox.bigquery.simulator import BigQuery, BigQueryConfig
from postlude.sandbox.crescendo_line.simulator import CrescendoLine, CrescendoLineConfig
from postlude.sandbox.discord.simulator import Discord, DiscordConfig
from postlude.sandbox.discord_guild.simulator import DiscordGuild, DiscordGuildConfig
from postlude.sandbox.every8d.simulator import Every8d, Every8dConfig
from postlude.sandbox.faults import FaultBook
from postlude.sandbox.fcm.simulator import Fcm, FcmConfig
from postlude.sandbox.form_gateway.simulator import FormGateway, FormGatewayConfig
from postlude.sandbox.gather.simulator import Gather, GatherConfig
from postlude.sandbox.heartbeat.simulator import Heartbeat, HeartbeatConfig
from postlude.sandbox.kktix.notifications import KktixConfig
from postlude.sandbox.kktix.simulator import Kktix
from postlude.sandbox.klaviyo.simulator import Klaviyo, KlaviyoConfig
from postlude.sandbox.line.simulator import Line, LineConfig
from postlude.sandbox.mailersend.simulator import MailerSend, MailerSendConfig
from postlude.sandbox.mailgun.simulator import Mailgun, MailgunConfig
from postlude.sandbox.messenger.simulator import Messenger, MessengerConfig
from postlude.sandbox.postmark.simulator import Postmark, PostmarkConfig
from postlude.sandbox.shopify.simulator import Shopify, ShopifyConfig
from postlude.sandbox.simulator import Simulator
from postlude.sandbox.smtp.sink import SmtpConfig, SmtpSink


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """First settings of every simulator; `reset` returns to them."""

    kktix: KktixConfig = field(default_factory=KktixConfig)
    shopify: ShopifyConfig = field(default_factory=ShopifyConfig)
    gather: GatherConfig = field(default_factory=GatherConfig)
    mailgun: MailgunConfig = field(default_factory=MailgunConfig)
    postmark: PostmarkConfig = field(default_factory=PostmarkConfig)
    mailersend: MailerSendConfig = field(default_factory=MailerSendConfig)
    every8d: Every8dConfig = field(default_factory=Every8dConfig)
    form_gateway: FormGatewayConfig = field(default_factory=FormGatewayConfig)
    klaviyo: KlaviyoConfig = field(default_factory=KlaviyoConfig)
    line: LineConfig = field(default_factory=LineConfig)
    crescendo_line: CrescendoLineConfig = field(default_factory=CrescendoLineConfig)
    fcm: FcmConfig = field(default_factory=FcmConfig)
    messenger: MessengerConfig = field(default_factory=MessengerConfig)
    discord: DiscordConfig = field(default_factory=DiscordConfig)
    discord_guild: DiscordGuildConfig = field(default_factory=DiscordGuildConfig)
    heartbeat: HeartbeatConfig = field(default_factory=HeartbeatConfig)
    bigquery: BigQueryConfig = field(default_factory=BigQueryConfig)
    smtp: SmtpConfig = field(default_factory=SmtpConfig)


class Vendors:
    """All simulators of one sandbox, sharing one book of faults."""

    def __init__(self, options: SandboxOptions) -> None:
        self.faults = FaultBook()
        self.kktix = Kktix(options.kktix, self.faults)
        self.shopify = Shopify(options.shopify, self.faults)
        self.gather = Gather(options.gather, self.faults)
        self.mailgun = Mailgun(options.mailgun, self.faults)
        self.postmark = Postmark(options.postmark, self.faults)
        self.mailersend = MailerSend(options.mailersend, self.faults)
        self.every8d = Every8d(options.every8d, self.faults)
        self.form_gateway = FormGateway(options.form_gateway, self.faults)
        self.klaviyo = Klaviyo(options.klaviyo, self.faults)
        self.line = Line(options.line, self.faults)
        self.crescendo_line = CrescendoLine(options.crescendo_line, self.faults)
        self.fcm = Fcm(options.fcm, self.faults)
        self.messenger = Messenger(options.messenger, self.faults)
        self.discord = Discord(options.discord, self.faults)
        self.discord_guild = DiscordGuild(options.discord_guild, self.faults)
        self.heartbeat = Heartbeat(options.heartbeat, self.faults)
        self.bigquery = BigQuery(options.bigquery, self.faults)
        self.smtp = SmtpSink(options.smtp, self.faults)
        everyone: tuple[Simulator, ...] = (
            self.kktix,
            self.shopify,
            self.gather,
            self.mailgun,
            self.postmark,
            self.mailersend,
            self.every8d,
            self.form_gateway,
            self.klaviyo,
            self.line,
            self.crescendo_line,
            self.fcm,
            self.messenger,
            self.discord,
            self.discord_guild,
            self.heartbeat,
            self.bigquery,
            self.smtp,
        )
        self.by_name = {simulator.name: simulator for simulator in everyone}

    def reset(self) -> None:
        """Everyone back to the first day, no faults."""
        self.faults.clear()
        for simulator in self.by_name.values():
            simulator.reset()
