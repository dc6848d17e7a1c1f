"""What a test desk's files say: config.toml with servers and without, and a registry of two customers. No code.

Nothing of supportbot is imported here: the oracle of tests/torture uses it, too.
"""

ADDRESS = "kundcenter@icentrex.se"
PASSWORD = "lösen ord"
"""Of the mailbox (imap.txt); the relay's is in smtp.txt."""
SQLITE = "sqlite:///supportbot.db"

CUSTOMERS = """\
customer_id,name,org_number,domains,emails,phone_numbers,purchase,partner_id,service,contract_start,contract_end,\
included_hours,language
K1,Bagarstugan i Ronneby AB,556036-0793,bagarstugan.example,,+46846500420-+46846500423,direct,,Uppstart Plus,,,3.0,sv
K2,Havets Hus Förlag AB,556012-5790,havetsforlag.example,,+46846500424,partner,P1,Uppstart Plus,2024-01-01,,3.0,sv
"""
DEVICES = """\
customer_id,vendor,model,mac,serial,purchased_from_icentrex,provisioned
K1,Yealink,T46U,80:5E:C0:00:00:01,SN100,yes,yes
K1,Grandstream,GXP1625,C0:74:AD:00:00:01,SN101,no,no
"""
PARTNERS = """\
[[partner]]
id = "P1"
name = "Sydtele Partner AB"
aliases = ["Sydtele"]
domains = ["sydtele.example"]
language = "sv"
urgent_phone = "+46406280490"
[partner.channel]
type = "email"
address = "felanmalan@sydtele.example"
[partner.guidelines]
required = ["affected_number", "time_of_fault"]
text = "Ring alltid vid akuta fel."
"""
HARDWARE = """\
[[model]]
vendor = "Yealink"
name = "T46U"
kind = "desk_phone"
approved = true
provisioning = true

[[model]]
vendor = "Grandstream"
name = "GXP1625"
kind = "desk_phone"
approved = false
provisioning = false
"""

FILES = {"customers.csv": CUSTOMERS, "devices.csv": DEVICES, "partners.toml": PARTNERS, "hardware.toml": HARDWARE}

SERVED = """\
[desk]
address = "{address}"
authserv_id = "mx.icentrex.se"
secret = {{ file = "secret.key" }}
[database]
url = "{url}"
[rules]
folder = "{rules}"
[[mailbox]]
name = "kundcenter"
host = "127.0.0.1"
port = {imap_port}
ca_file = "{ca}"
user = "{user}"
auth = {{ password = {{ file = "imap.txt" }} }}
{mailbox}
[smtp]
host = "127.0.0.1"
port = {smtp_port}
ca_file = "{ca}"
user = "desk"
auth = {{ password = {{ file = "smtp.txt" }} }}
timeout_seconds = 5
final_reply_seconds = {final_reply}
[[staff]]
address = "lisa@icentrex.se"
name = "Lisa"
[digest]
to = ["team@icentrex.se"]
at = ["07:45"]
[alert]
to = ["jour@icentrex.se"]
repeat_minutes = 10
{more}
"""
"""Real servers over TLS; `mailbox` and `more` are lines of the [[mailbox]] and at the end."""

CLOSED = """\
[desk]
address = "kundcenter@icentrex.se"
authserv_id = "mx.icentrex.se"
secret = {{ file = "secret.key" }}
[database]
url = "{url}"
[rules]
folder = "{rules}"
[[mailbox]]
name = "kundcenter"
host = "127.0.0.1"
port = 1
user = "kundcenter"
auth = {{ password = {{ file = "secret.key" }} }}
[smtp]
host = "127.0.0.1"
port = {smtp_port}
tls = "none"
[[staff]]
address = "lisa@icentrex.se"
[digest]
to = ["team@icentrex.se"]
[alert]
to = ["jour@icentrex.se"]
{more}
"""
"""Servers where nobody listens, but for a relay where `smtp_port` says one."""
