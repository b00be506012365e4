"""The load generators that are held side by side, ours first."""

from bench.tools.artillery import Artillery
from bench.tools.autocannon import Autocannon
from bench.tools.firstbell_client import FirstbellClient
from bench.tools.firstbell_learners import FirstbellLearners
from bench.tools.hey import Hey
from bench.tools.jmeter import JMeter
from bench.tools.locust_users import FastHttpUser, HttpUser
from bench.tools.siege import Siege
from bench.tools.tool import Tool
from bench.tools.tsung import Tsung
from bench.tools.wrk import Wrk

TOOLS: tuple[Tool, ...] = (
    FirstbellLearners(), FirstbellClient(), FastHttpUser(), HttpUser(),
    Wrk(), Tsung(), Hey(), Siege(), JMeter(), Autocannon(), Artillery(),
)  # fmt: skip
