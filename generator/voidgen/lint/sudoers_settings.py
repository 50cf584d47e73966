"""Settings of Defaults and the values that they take (def_data.in of sudo, 1.9.13 and 2e18923)."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FLAGS = _words(
    """
    always_query_group_plugin always_set_home authenticate case_insensitive_group
    case_insensitive_user closefrom_override compress_io env_editor env_reset exec_background
    fast_glob fqdn ignore_audit_errors ignore_dot ignore_iolog_errors ignore_local_sudoers
    ignore_logfile_errors ignore_unknown_defaults insults intercept intercept_allow_setid
    intercept_authenticate intercept_verify iolog_flush log_allowed log_denied log_exit_status
    log_host log_input log_output log_passwords log_server_keepalive log_server_verify log_stderr
    log_stdin log_stdout log_subcmds log_ttyin log_ttyout log_year long_otp_prompt mail_all_cmnds
    mail_always mail_badpass mail_no_host mail_no_perms mail_no_user match_group_by_gid
    netgroup_tuple noexec noninteractive_auth pam_acct_mgmt pam_rhost pam_ruser pam_session
    pam_setcred pam_silent passprompt_override path_info preserve_groups pwfeedback requiretty
    root_sudo rootpw runas_allow_unknown_id runas_check_shell runaspw selinux set_home set_logname
    set_utmp setenv shell_noargs stay_setuid sudoedit_checkdir sudoedit_follow syslog_pid targetpw
    tty_tickets umask_override use_loginclass use_netgroups use_pty user_command_timeouts utmp_runas
    visiblepw
    """
)
"""They take no value."""
LISTS = _words("env_check env_delete env_keep log_servers passprompt_regex")
"""They take = and also += and -=."""
WITHOUT_VALUE = _words("fdexec lecture listpw syslog verifypw")
"""They need no value."""
NUMBERS = _words("closefrom loglinelen passwd_tries syslog_maxlen")
NEVER_OFF = _words(
    """
    apparmor_profile authfail_message badpass_message closefrom cmddenial_message editor
    group_plugin iolog_dir iolog_file iolog_mode lecture_status_dir limitprivs
    mailsub maxseq pam_askpass_service pam_login_service pam_service passprompt
    passwd_tries privs role runas_default sudoers_locale syslog_maxlen timestampdir
    timestampowner type
    """
)
"""A ! cannot switch them off."""
OTHERS = _words(
    """
    admin_flag command_timeout env_file exempt_group intercept_type iolog_group iolog_user
    lecture_file log_format log_server_cabundle log_server_peer_cert log_server_peer_key
    log_server_timeout logfile timestamp_type
    mailerflags mailerpath mailfrom mailto passwd_timeout restricted_env_file rlimit_as rlimit_core
    rlimit_cpu rlimit_data rlimit_fsize rlimit_locks rlimit_memlock rlimit_nofile rlimit_nproc
    rlimit_rss rlimit_stack runchroot runcwd secure_path syslog_badpri syslog_goodpri
    timestamp_timeout umask
    """
)
NAMES = FLAGS | LISTS | WITHOUT_VALUE | NUMBERS | NEVER_OFF | OTHERS


def misuse(name: str, operator: str, value: str, *, is_off: bool) -> str:
    """Return the mistake in a setting; empty if no release of sudo is sure to refuse it.

    ``operator`` and ``value`` are empty if it has no value; ``is_off`` is true if it has a !.
    """
    if name not in NAMES:
        return f"sudo has no setting {name}"
    if operator:
        return _misuse_of_value(name, operator, value)
    if is_off:
        return f"{name} cannot be switched off" if name in NEVER_OFF else ""
    return "" if name in FLAGS | WITHOUT_VALUE else f"{name} needs a value"


def _misuse_of_value(name: str, operator: str, value: str) -> str:
    if name in FLAGS:
        return f"{name} takes no value"
    if operator != "=" and name not in LISTS:
        return f"{name} is not a list, and only lists take {operator}"
    if name in NUMBERS and not value.strip('"').lstrip("+-").isdigit():
        return f"{name} takes a number"
    return ""
