# Files and texts, in and out: JSON, CSV, calendars, graphs, stores of finished runs. Written by `make stubs`.

from mmatch.io.busy import busy_people as busy_people
from mmatch.io.busy import busy_times as busy_times
from mmatch.io.busy import public_holidays as public_holidays
from mmatch.io.calendars import Invitation as Invitation
from mmatch.io.calendars import calendar_file as calendar_file
from mmatch.io.calendars import write_calendars as write_calendars
from mmatch.io.comparisons import FolderStore as FolderStore
from mmatch.io.comparisons import read_strategies as read_strategies
from mmatch.io.comparisons import write_comparison as write_comparison
from mmatch.io.event_calendars import event_calendar as event_calendar
from mmatch.io.event_calendars import write_event_calendars as write_event_calendars
from mmatch.io.events import read_event as read_event
from mmatch.io.events import write_event as write_event
from mmatch.io.events import write_event_tables as write_event_tables
from mmatch.io.graphs import from_networkx as from_networkx
from mmatch.io.graphs import to_networkx as to_networkx
from mmatch.io.graphs import to_sparse as to_sparse
from mmatch.io.programs import read_format as read_format
from mmatch.io.schedules import read_diaries as read_diaries
from mmatch.io.sessions import write_dues as write_dues
from mmatch.io.sessions import write_session_merge as write_session_merge
from mmatch.io.sessions import write_sessions as write_sessions
from mmatch.io.sessions import write_unplaced as write_unplaced
from mmatch.io.wire import from_json as from_json
from mmatch.io.wire import json_schema as json_schema
from mmatch.io.wire import to_json as to_json
