"""The workbench under load, on loopback and bounded in count and time: ``python -m tests.load`` (``make load``).

The visitors are no browsers but what a browser sends: each is a websocket session in Streamlit's own protocol, with a
cookie, that presses buttons, opens tabs and draws nothing. Twenty of them cost the machine little, so that what is
measured is the server.
"""
