"""Mails that the pages send; what they bring is shown, or can be asked for again, without them."""

from __future__ import annotations

import logging
from typing import Any, Literal

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from apps.organizations.models import Invitation

Outcome = Literal["sent", "refused", "none"]

logger = logging.getLogger(__name__)


def mail_invitation(invitation: Invitation, link: str) -> Outcome:
    """Send the link to whom it is for; ``none`` where the service sends no mail."""
    if not settings.MAIL_SERVER:
        return "none"
    subject = f"Invitation to the product pictures of {invitation.organization.name}"
    context = {"invitation": invitation, "link": link}
    is_taken = send_mail(invitation.email, subject, "mails/invitation.txt", context)
    return "sent" if is_taken else "refused"


def send_mail(address: str, subject: str, template: str, context: dict[str, Any]) -> bool:
    """Send what the template says; whether it was taken, and the log says why where it was not.

    It waits for the mail server, for some seconds at most.
    """
    body = render_to_string(template, context)
    mail = EmailMessage(" ".join(subject.split()), body, to=[address])
    try:
        mail.send()
    except OSError as fault:  # of which all of smtplib's are
        logger.warning("%s was not sent: %s", template, fault)
        return False
    return True
