"""Has the AWS CLI's own parser judge command lines, and sends nothing.

Reads a list of command lines in JSON, each a list of words without the leading `aws`; writes a list of complaints, null where
there is none.
"""

import contextlib
import io
import json
import sys

from awscli.clidriver import CLIOperationCaller, create_clidriver
from awscli.customizations.waiters import WaiterCaller
from botocore.httpsession import URLLib3Session
from botocore.validate import ParamValidator


def invoke(self, service_name, operation_name, parameters, parsed_globals):
    """In the place of the call: the parameters must be what the service takes."""
    service = self._session.get_service_model(service_name)
    shape = service.operation_model(operation_name).input_shape
    report = ParamValidator().validate(parameters, shape)
    if report.has_errors():
        raise ValueError(report.generate_report())
    return 0


def send(self, request):
    """In the place of the network, for commands that call by ways of their own."""
    raise ValueError("nothing may be sent")


# Loads the commands that have callers of their own.
create_clidriver()
for caller in (CLIOperationCaller, *CLIOperationCaller.__subclasses__()):
    caller.invoke = invoke
WaiterCaller.invoke = lambda *_: 0
URLLib3Session.send = send


def judge(words):
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            code = create_clidriver().main([*words, "--region", "eu-central-1"])
        except SystemExit as exit:
            code = exit.code
    return None if code == 0 else said.getvalue().strip()[-500:]


json.dump([judge(words) for words in json.load(sys.stdin)], sys.stdout)
