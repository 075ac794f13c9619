"""Writes tsung's configuration of the same load to stdout: tsung.py PORT USERS SECONDS MESSAGES

USERS arrive within SECONDS, as tsung draws them; its request waits for the answer, as it does by
default.
"""
import sys

from text import TEXT

port, users, seconds, messages = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
print(f'''<?xml version="1.0"?>
<!DOCTYPE tsung SYSTEM "/usr/share/tsung/tsung-1.0.dtd">
<tsung loglevel="notice">
  <clients><client host="localhost" use_controller_vm="true" maxusers="{users * 2}"/></clients>
  <servers><server host="127.0.0.1" port="{port}" type="tcp"/></servers>
  <load><arrivalphase phase="1" duration="{seconds * 2}" unit="second">
    <users maxnumber="{users}" arrivalrate="{users / seconds}" unit="second"/>
  </arrivalphase></load>
  <sessions><session name="peer" probability="100" type="ts_websocket">
    <request><websocket type="connect" path="/socket"/></request>
    <for from="1" to="{messages}" var="i">
      <thinktime value="1" random="false"/>
      <request><websocket type="message">{TEXT}</websocket></request>
    </for>
    <request><websocket type="close"/></request>
  </session></sessions>
</tsung>''')
